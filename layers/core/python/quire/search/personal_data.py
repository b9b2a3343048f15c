"""Kinds of personal data in a text: what has a form, and a checksum where its form has one. Pure.

Only the kinds are told, never what was found. Names, addresses and health are nothing a form tells.
"""

import re
from collections.abc import Callable

_MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+")
_CARD = re.compile(r"(?<![\d.,\-])(?:\d[ -]?){12,18}\d(?![\d.,]?\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_SSN = re.compile(r"(?<![\d\-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d\-])")
_PHONE = re.compile(r"(?<![\w+])\+[1-9](?:[ ().\-]{0,2}\d){7,14}(?!\d)")
_DIGITS = re.compile(r"\d")


def personal_data(text: str) -> list[str]:
    """Sorted kinds: ``card`` (Luhn, 13 to 19 digits), ``email``, ``iban`` (ISO 13616, mod 97), ``phone`` (written with
    its country's code, E.164), ``ssn`` (of the United States, as its authority gives them out)."""
    if "@" not in text and not _DIGITS.search(text):
        return []
    return [kind for kind, holds in _KINDS.items() if holds(text)]


def _luhn(match: str) -> bool:
    digits = [int(character) for character in match if character.isdigit()]
    if len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(match: str) -> bool:
    written = match.replace(" ", "")
    # What follows in capitals may have been taken along; an account's number has at least 15 signs.
    return any(_mod_97(written[:length]) for length in range(15, min(len(written), 34) + 1))


def _mod_97(iban: str) -> bool:
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def _any(pattern: re.Pattern[str], holds: Callable[[str], bool] = bool) -> Callable[[str], bool]:
    return lambda text: any(holds(match[0]) for match in pattern.finditer(text))


_KINDS: dict[str, Callable[[str], bool]] = {
    "card": _any(_CARD, _luhn),
    "email": _any(_MAIL),
    "iban": _any(_IBAN, _iban),
    "phone": _any(_PHONE),
    "ssn": _any(_SSN),
}
