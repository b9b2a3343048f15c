"""What the index knows beside plain words: languages it stems, and things looked up as they are written."""

import re

LANGUAGES: tuple[str, ...] = ()
_SPECIAL = re.compile(r"[#@$][^\W\d_][\w.\-]*\Z")


def special_token(text: str) -> str | None:
    """The token of a text that is one ticker, hashtag or name with an ``@``."""
    return text.lower() if _SPECIAL.match(text) else None
