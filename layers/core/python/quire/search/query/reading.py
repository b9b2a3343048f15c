"""Text into a query, or an error that says where and what was expected. Pure.

The grammar (``grammar.lark``) is LALR and builds nodes while it reads, so that no text is deep enough to run out of
stack. It is loaded when the first query is read.
"""

import unicodedata
from functools import cache, lru_cache
from importlib import resources

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from quire.search.query.ast import Query
from quire.search.query.building import Builder, Part
from quire.search.query.errors import QueryError
from quire.search.query.limits import MAX_LENGTH

_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u300c\u300d", '"'))
_READ = 256
"""Queries that are kept as read: each is read twice a request, and again for its next page."""
_SOMETHING = "a word, a phrase in quotes, a field or a group in parentheses"

_NO_CHAIN = (
    "no NEAR or BEFORE here: each stands between two words, phrases or groups; pairs are joined with AND, "
    "as in a NEAR/5 b AND b NEAR/5 c"
)


@lru_cache(_READ)
def parse(text: str, *, longest: int = MAX_LENGTH) -> Query:
    """The query that ``text`` says. No text at all asks for every message; signs that say nothing find nothing.

    Raises:
        QueryError: it is not written as a query is, or asks for more than one may.
    """
    if len(text) > longest:
        raise QueryError(longest, len(text) - longest, f"at most {longest:,} characters")
    plain = text.translate(_QUOTES)
    surrogate = next((at for at, sign in enumerate(plain) if unicodedata.category(sign) == "Cs"), None)
    if surrogate is not None:
        raise QueryError(surrogate, 1, "characters, not halves of one")
    if not plain.strip():
        return Query()
    try:
        part = _parser().parse(plain)
    except UnexpectedInput as error:
        raise _explained(error, plain) from None
    assert isinstance(part, Part)  # noqa: S101
    return part.query()


@cache
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=Builder(), maybe_placeholders=False)


def _explained(error: UnexpectedInput, text: str) -> QueryError:
    if isinstance(error, UnexpectedCharacters):
        return QueryError(error.pos_in_stream or 0, 1, _SOMETHING)
    assert isinstance(error, UnexpectedToken)  # noqa: S101
    token = error.token
    ended = token.type == "$END"
    start = len(text.rstrip()) if ended else token.start_pos or 0
    length = 1 if ended else len(token)
    allowed = error.accepts or error.expected
    if token.type == "RPAR" and not _opened(error):
        return QueryError(start, length, "no closing parenthesis: there is none open here")
    if ended and "RPAR" in allowed:
        opening = _opened(error)
        at = opening.start_pos if opening is not None and opening.start_pos is not None else start
        return QueryError(at, 1, "a closing parenthesis ) for this one")
    if token.type == "PROXIMITY" and "WORD" in allowed and "_AND" in allowed:
        return QueryError(start, length, _NO_CHAIN)
    return QueryError(start, length, _allowed(allowed, error))


def _allowed(allowed: set[str], error: UnexpectedToken) -> str:
    if "VALUE" in allowed:
        return "a value for the field: a word, a phrase in quotes or (one OR another)"
    if "WORD" in allowed and "_AND" not in allowed:
        return _SOMETHING
    if "WORD" not in allowed and "_OR" in allowed:
        return "OR between the values of a field, or a closing parenthesis"
    return f"{_SOMETHING}, AND, OR" + (" or a closing parenthesis" if _opened(error) else "")


def _opened(error: UnexpectedToken) -> Token | None:
    """The innermost parenthesis that is still open."""
    stack = error.interactive_parser.parser_state.value_stack if error.interactive_parser else []
    return next((each for each in reversed(stack) if isinstance(each, Token) and each.type == "LPAR"), None)
