"""What the texts of a message hold beside their words, and their words where tokenizers do not find them. Pure."""

from collections.abc import Sequence
from typing import Any

from quire.search.emoji_names import emoji_names
from quire.search.mapping import STEMMED, words_field
from quire.search.personal_data import personal_data
from quire.search.query.analysis import apart
from quire.search.tokens import parts_of, special_tokens, symbols_of


def told_by(said: Sequence[str], attached: Sequence[str], now: Sequence[str], language: str | None) -> dict[str, Any]:
    """Fields of a document. ``said`` is all that the message ever said, ``attached`` what stands in its attachments,
    ``now`` its text and subject as they read now, and ``language`` that of the text."""
    whole = [*said, *attached]
    everything = " \n".join(whole)
    return {
        "symbols": symbols_of(everything),
        "tokens": special_tokens(everything),
        "parts": parts_of(everything),
        "unspaced": _apart(now),
        "unspaced_before": _apart([text for text in whole if text not in now]),
        "emoji": emoji_names(" \n".join(said)),
        "pii": personal_data(everything),
        "language": language,
        **({words_field(language): list(dict.fromkeys(filter(None, whole)))} if language in STEMMED else {}),
    }


def _apart(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(apart, texts))))
