"""What a query may cost. Each limit is checked while reading, and told with the column where it was passed."""

MAX_LENGTH = 4_000
"""Characters."""
MAX_TERMS = 40
"""Words, phrases, patterns and field values together: each is looked for in every text of a message."""
MAX_PATTERNS = 10
"""Wildcards, fuzzy words and regular expressions together."""
MAX_REGEXPS = 3
MAX_DEPTH = 20
"""Parentheses and NOTs within each other."""
MAX_DISTANCE = 50
"""Words between; less than the hundred that lie between two texts of one field."""
MIN_PREFIX = 2
"""Letters or digits before the first wildcard: what is before it is what makes it quick."""
MAX_STARS = 4
"""Wildcard signs in one word."""
MIN_FUZZY = {1: 3, 2: 5}
"""Letters of a fuzzy word, by how many may be off: of a shorter one everything is a neighbour."""
MAX_PATTERN = 100
"""Characters of a wildcard, a fuzzy word or a regular expression."""
MAX_REGEXP_SIZE = 500
"""Signs of a regular expression once its repetitions are written out."""
MAX_EXPANSIONS = 1_000
"""Different words that a wildcard beside NEAR or BEFORE may stand for in a month's index; a fuzzy word there may stand
for 128, which is the engine's own limit."""
MAX_COST = 1_000
"""Clauses of a compiled query, one for each field looked at: the engine's limit is 1,024."""
