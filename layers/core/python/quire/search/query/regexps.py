"""Regular expressions as a person may write them: a subset that engines and Python read alike. Pure.

Letters and digits, ``.``, classes ``[a-z]`` and ``[^a-z]``, ``\\d`` and ``\\w``, escapes, groups, ``|``, and the
repetitions ``? * + {n} {n,} {n,m}``. The whole word has to match. Case and accents never decide.
"""

from dataclasses import dataclass

from quire.search.query.folding import folded
from quire.search.query.limits import MAX_PATTERN, MAX_REGEXP_SIZE, MIN_PREFIX

_SHORT = {"d": "[0-9]", "w": "[a-z0-9_]"}
_RESERVED = frozenset('.?+*|{}[]()"\\#@&<>~^$-')
_BEYOND = 40
"""What an open repetition counts for."""


class RegexpError(Exception):
    """``at`` is where in the pattern (from 0), ``expected`` what could have stood there."""

    def __init__(self, at: int, expected: str) -> None:
        super().__init__(expected)
        self.at = at
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern over folded words, which Lucene and Python's ``re`` understand alike."""

    pattern: str


@dataclass(slots=True)
class _Piece:
    text: str
    size: int
    prefix: int
    """How many characters it surely begins with."""
    whole: bool = False
    """Whether these characters are all of it."""


def compiled(pattern: str) -> Compiled:
    """A regular expression without its slashes, checked and folded.

    Raises:
        RegexpError: it is none, or would cost too much.
    """
    if len(pattern) > MAX_PATTERN:
        raise RegexpError(MAX_PATTERN, f"at most {MAX_PATTERN} characters in a regular expression")
    reader = _Reader(pattern)
    piece = reader.alternatives(0)
    if reader.at < len(pattern):
        raise RegexpError(reader.at, "no closing parenthesis that nothing opened")
    if piece.size > MAX_REGEXP_SIZE:
        raise RegexpError(0, f"a regular expression of at most {MAX_REGEXP_SIZE} signs, repetitions written out")
    if piece.prefix < MIN_PREFIX:
        raise RegexpError(
            0,
            f"a regular expression that begins with at least {MIN_PREFIX} letters, digits or classes of them, "
            "or the whole in quotes",
        )
    return Compiled(piece.text)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self, depth: int) -> _Piece:
        if depth > 5:
            raise RegexpError(self.at, "at most five groups within each other")
        pieces = [self._sequence(depth)]
        while self._takes("|"):
            pieces.append(self._sequence(depth))
        if len(pieces) == 1:
            return pieces[0]
        size = sum(piece.size for piece in pieces)
        return _Piece("|".join(piece.text for piece in pieces), size, min(piece.prefix for piece in pieces))

    def _sequence(self, depth: int) -> _Piece:
        text, size, prefix, certain = "", 0, 0, True
        start = self.at
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            piece = self._repeated(depth)
            text, size = text + piece.text, size + piece.size
            if certain:
                prefix, certain = prefix + piece.prefix, piece.whole
        if not text:
            raise RegexpError(start, "something to match")
        return _Piece(text, size, prefix, certain)

    def _repeated(self, depth: int) -> _Piece:
        piece = self._atom(depth)
        if self.at >= len(self.pattern):
            return piece
        sign = self.pattern[self.at]
        if sign in "?*":
            self.at += 1
            return self._once(_Piece(piece.text + sign, piece.size + (_BEYOND if sign == "*" else 0), 0))
        if sign == "+":
            self.at += 1
            return self._once(_Piece(piece.text + "+", piece.size + _BEYOND, piece.prefix))
        if sign == "{":
            least, most, written = self._counts()
            times = most if most is not None else least + _BEYOND
            exact = piece.whole and most == least
            repeats = least if piece.whole else min(least, 1)
            return self._once(_Piece(piece.text + written, piece.size * max(times, 1), piece.prefix * repeats, exact))
        return piece

    def _once(self, piece: _Piece) -> _Piece:
        if self.at < len(self.pattern) and self.pattern[self.at] in "?*+{":
            raise RegexpError(self.at, "one repetition sign at a time")
        return piece

    def _counts(self) -> tuple[int, int | None, str]:
        end = self.pattern.find("}", self.at)
        least, comma, most = self.pattern[self.at + 1 : end].partition(",")
        fits = end > 0 and all(part.isascii() and part.isdigit() and len(part) < 4 for part in (least, most) if part)
        if not fits or not least or (most and int(most) < int(least)):
            raise RegexpError(self.at, "a repetition such as {3}, {3,} or {3,5}")
        self.at = end + 1
        upper = int(most) if most else None if comma else int(least)
        return int(least), upper, f"{{{int(least)}{',' if comma else ''}{int(most) if most else ''}}}"

    def _atom(self, depth: int) -> _Piece:
        sign = self.pattern[self.at]
        if sign == "(":
            opened = self.at
            self.at += 1
            inner = self.alternatives(depth + 1)
            if not self._takes(")"):
                raise RegexpError(opened, "a closing parenthesis for this one")
            return _Piece(f"({inner.text})", inner.size, inner.prefix, inner.whole)
        if sign == "[":
            return self._class()
        if sign == ".":
            self.at += 1
            return _Piece(".", 1, 0)
        if sign == "\\":
            return self._escaped()
        if sign in "?*+{":
            raise RegexpError(self.at, "something before it to repeat")
        if sign.isspace():
            raise RegexpError(self.at, "no space: a regular expression matches one word")
        self.at += 1
        return self._literal(sign)

    def _escaped(self) -> _Piece:
        if self.at + 1 >= len(self.pattern):
            raise RegexpError(self.at, "a character after the backslash")
        sign = self.pattern[self.at + 1]
        if sign.isalnum() and sign not in _SHORT:
            raise RegexpError(self.at, "\\d, \\w or an escaped sign: other escapes are not known here")
        self.at += 2
        return _Piece(_SHORT[sign], 1, 1, True) if sign in _SHORT else self._literal(sign)

    def _class(self) -> _Piece:
        start = self.at
        self.at += 1
        negated = self._takes("^")
        parts: list[str] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != "]":
            parts.append(self._range(start))
        if not self._takes("]") or not parts:
            raise RegexpError(start, "a class of characters such as [a-z], closed with ]")
        return _Piece(f"[{'^' if negated else ''}{''.join(parts)}]", 1, 0 if negated else 1, not negated)

    def _range(self, start: int) -> str:
        first = self._member(start)
        if self.pattern[self.at : self.at + 1] != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return _quoted(first)
        self.at += 1
        last = self._member(start)
        if last < first:
            raise RegexpError(start, "a range of characters from the lower to the higher one")
        return f"{_quoted(first)}-{_quoted(last)}"

    def _member(self, start: int) -> str:
        sign = self.pattern[self.at]
        if sign == "\\":
            self.at += 1
            sign = self.pattern[self.at : self.at + 1]
            if not sign or sign.isalnum():
                raise RegexpError(start, "letters, digits, ranges or escaped signs in a class")
        if sign in "[&" or sign.isspace():
            raise RegexpError(self.at, "letters, digits, ranges or escaped signs in a class")
        self.at += 1
        plain = folded(sign)
        if len(plain) != 1:
            raise RegexpError(start, "characters that stand for one letter in a class")
        return plain

    def _literal(self, sign: str) -> _Piece:
        plain = folded(sign)
        text = "".join(map(_quoted, plain))
        return _Piece(f"({text})" if len(plain) > 1 else text, len(plain), len(plain), True)

    def _takes(self, sign: str) -> bool:
        if self.at < len(self.pattern) and self.pattern[self.at] == sign:
            self.at += 1
            return True
        return False


def _quoted(sign: str) -> str:
    return f"\\{sign}" if sign in _RESERVED else sign
