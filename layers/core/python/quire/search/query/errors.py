"""What is wrong with a query, and where."""

from quire.domain.errors import MalformedError


class QueryError(MalformedError):
    """A query that cannot be read or would cost too much.

    ``column`` (from 1) and ``length`` are in characters of the query as it was sent; ``expected`` says in words what
    could have stood there, and never repeats what did.
    """

    slug = "query-malformed"

    def __init__(self, start: int, length: int, expected: str) -> None:
        """``start`` counts from 0."""
        super().__init__(f"the query, column {start + 1}: expected {expected}")
        self.column = start + 1
        self.length = max(length, 1)
        self.expected = expected
