"""What a document tells of its texts beside their words: tokens, emoji, language, personal data, file types."""

import subprocess
import sys

import pytest

from quire.domain.message import message_state
from quire.search.documents import document
from quire.search.emoji_names import emoji_names
from quire.search.file_types import file_types
from quire.search.languages import language_of
from quire.search.mapping import STEMMED, mappings, words_field
from quire.search.personal_data import personal_data
from quire.search.query.analysis import apart
from quire.search.tokens import LONGEST, MOST, MOST_PARTED, parts_of, special_tokens
from tests.chat import AT, Chat, file, known, mention

CHAT = Chat().called("U1", "Alice")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("buy $ACME, not $BRK.B!", ["$acme", "$brk.b"]),
        ("it cost $1,000.50.", ["$1,000.50", "=$1000.50"]),
        ("€2.5M or £30k", ["£30k", "€2.5m"]),
        ("#Orion #Q3-plan", ["#orion", "#q3-plan"]),
        ("ask @Anna.", ["@anna"]),
        ("mail anna@acme.example now", ["anna@acme.example"]),
        (
            "see https://www.Example.com:8443/a/b?x=1.",
            [
                "example.com:8443",
                "https://www.example.com:8443/a/b?x=1",
                "www.example.com",
                "www.example.com:8443",
                "www.example.com:8443/a/b?x=1",
            ],
        ),
        ("call foo.bar() or std::sort", ["foo.bar", "foo.bar()", "std::sort"]),
        ("nothing at all", []),
        ("$ and # alone, C# too", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert special_tokens(text) == tokens


def test_tokens_are_bounded() -> None:
    assert len(special_tokens(" ".join(f"#t{n}" for n in range(2 * MOST)))) == MOST
    assert special_tokens("#" + "a" * LONGEST) == []


def test_emoji_have_all_their_names() -> None:
    assert emoji_names("go 🚀") == ["rocket"]
    assert {"thumbs_up", "+1", "thumbsup", "thumbs_up_medium_skin_tone"} <= set(emoji_names("👍🏽"))
    assert emoji_names("typed :party_parrot: at 10:30:15") == ["party_parrot"]
    assert emoji_names(":+1::tada: :100:") == ["+1", "100", "tada"]
    assert emoji_names("plain") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the merger plans are strictly confidential", "en"),
        ("Die Verträge sind noch nicht unterschrieben worden", "de"),
        ("nous avons signé le contrat hier soir", "fr"),
        ("мы подписали договор вчера вечером", "ru"),
        ("明日の会議は中止になりました", "ja"),
        ("لقد وقعنا العقد مساء أمس", "ar"),
        ("ok", None),
        ("lol haha", None),
        ("https://example.com/der/vertrag @anna #orion", None),
        ("", None),
        ("12345 67890", None),
    ],
)
def test_the_language_where_it_can_be_told(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_the_model_is_never_downloaded() -> None:
    """A fresh process that may neither connect nor resolve a name tells a language all the same."""
    code = (
        "import sys; outside = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto');"
        "sys.addaudithook(lambda event, _: sys.exit(event) if event in outside else None);"
        "from quire.search.languages import language_of;"
        "print(language_of('Die Verträge sind noch nicht unterschrieben worden'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "de"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("card 4111 1111 1111 1111 ok", ["card"]),
        ("card 4111 1111 1111 1112 no", []),
        ("0000 0000 0000 0000", []),
        ("IBAN DE89 3704 0044 0532 0130 00 PLEASE", ["iban"]),
        ("IBAN DE89 3704 0044 0532 0130 01", []),
        ("ssn 219-09-9999", ["ssn"]),
        ("ssn 000-12-3456, 666-12-3456, 219-00-1234", []),
        ("anna@acme.example", ["email"]),
        ("call +49 (30) 1234-5678", ["phone"]),
        ("order 2026-03-02, 1,000,000.50 and +5", []),
    ],
)
def test_personal_data(text: str, kinds: list[str]) -> None:
    assert personal_data(text) == kinds


def test_file_types() -> None:
    assert file_types("Budget.XLSX", None) == {"xlsx", "spreadsheet"}
    assert file_types("scan", "application/pdf; x=y") == {"pdf"}
    assert file_types("clip", "video/mp4") == {"video"}
    assert file_types(None, None) == set()
    assert file_types(".gitignore") == set()


def test_a_document_tells_all_of_it() -> None:
    text = "Bitte die Verträge von $ACME bis morgen unterschreiben 🚀"
    made = [
        CHAT.says(text, attachments=(file("plan.pdf"),), mentions=(mention("U2", "Bob"),)),
        CHAT.called("U3").reacts("tada", at="2026-03-02T10:00:00.123456789Z"),
    ]
    state = message_state(made)
    assert state is not None
    found = document(state, known(*made), AT)
    assert found["language"] == "de"
    assert found["words_de"] == [text, "plan.pdf"]
    assert found["tokens"] == ["$acme"]
    assert found["emoji"] == ["rocket"]
    assert found["file_names"] == ["plan.pdf"]
    assert found["file_types"] == ["pdf", "text", "txt"]  # by its name the one, by what was declared the other
    assert found["mentioned_ids"] == [CHAT.called("U2").user_id]
    assert found["changed_at"] == [AT, "2026-03-02T10:00:00.123456789Z"]
    assert not found["is_flagged"]
    assert set(found) <= set(mappings()["properties"])


def test_each_stemmed_language_has_its_field() -> None:
    assert {words_field(language) for language in STEMMED} <= set(mappings()["properties"])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("An ordinary sentence. With 3 words, e-mail and 10:30.", []),
        ("foo_bar and foo_bar", ["foo bar"]),
        ("getInvoiceTotal() parseHTTPResponse HTTPServer", ["get Invoice Total", "parse HTTP Response", "HTTP Server"]),
        ("URLs PDFs 10K v1.2.3 192.168.0.1", []),
        ("no space.After it", ["space After"]),
        ("acme.example.com/a_b/budget.v2.xlsx", ["acme example com", "a b", "budget v2 xlsx"]),
        ("std::vector __init__ _private x_", []),
        ("überMaß straße.Ende", ["über Maß", "straße Ende"]),
        ("1,000.50 $2,345 12,34,567 1'999.95 1’000", ["1000.50", "2345", "1234567", "1999.95", "1000"]),
        ("1.234.567,89 7.654,32 1.234.567", ["1234567.89", "7654.32", "1234567"]),
        ("1.000 1,50 1,0000 10,000,00 1,000,5 12.2026", []),
    ],
)
def test_things_with_parts(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


def test_there_are_not_too_many_of_them() -> None:
    text = " ".join(f"foo_{number}" for number in range(MOST_PARTED + 5))
    assert len(parts_of(text)) == MOST_PARTED


@pytest.mark.parametrize("text", ["a" * 1_000_000, "a_" * 500_000, "1," * 500_000, "a." * 500_000, "aA" * 500_000])
def test_no_text_takes_long(text: str) -> None:
    """Each is read once, not once from every place; a quadratic reading would take hours."""
    assert len(parts_of(text)) <= 1


def test_scripts_without_spaces_are_taken_apart() -> None:
    assert apart("การ Lotus, วันศุกร์") == "ก า ร lotus วั น ศุ ก ร์"
    assert apart("plain 会議") is None
