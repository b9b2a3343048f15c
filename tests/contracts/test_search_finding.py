"""What a search finds: the same on the embedded engine and on OpenSearch. Where they differ OpenSearch is right, and
the test says so."""

from dataclasses import replace

import pytest

from quire.search.indexes import Indexes
from quire.search.query import Filters, Question
from quire.search.searcher import Page
from tests.chat import Chat, file
from tests.search_engines import Bench


def found(search: Bench, text: str = "", **asked: object) -> list[str]:
    """Platform ids of what a search finds, in order."""
    page = search.searcher().search(Question(text=text, **asked))  # type: ignore[arg-type]
    assert page.total == len(page.hits)
    return [hit.document["platform_id"] for hit in page.hits]


@pytest.fixture
def chat(search: Bench) -> Chat:
    return Chat(tenant=search.tenant)


def test_nothing_was_ever_indexed(search: Bench) -> None:
    assert search.searcher().search(Question()) == Page(0, False, [], None)
    assert search.searcher().search(Question(text="word")) == Page(0, False, [], None)


def test_all_words_must_occur_in_any_form(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("The traders were running late", "both"),
        chat.says("A trader stays", "trader only"),
        chat.says("Late again", "late only"),
    )
    assert found(search, "trader late") == ["both"]
    assert found(search, "RUNS traders") == ["both"]
    if search.real:  # the embedded engine leaves possessives alone
        assert sorted(found(search, "trader's")) == sorted(found(search, "trader"))
    assert sorted(found(search, "trader")) == ["both", "trader only"]
    assert found(search, "trader nothing") == []


def test_quotes_find_words_as_written_side_by_side(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("The traders were running late", "as written"),
        chat.says("The trader was running late", "another form"),
        chat.says("late were running traders", "another order"),
    )
    assert found(search, '"traders were running"') == ["as written"]
    assert found(search, "“traders were running”") == ["as written"]
    assert sorted(found(search, '"running late" trader')) == ["another form", "as written"]


def test_no_stop_words(search: Bench, chat: Chat) -> None:
    search.index(chat.says("To be or not to be", "hamlet"), chat.says("Bees are out", "other"))
    assert found(search, '"to be or not to be"') == ["hamlet"]
    assert found(search, "not to be") == ["hamlet"]


def test_case_accents_apostrophes_and_widths_do_not_decide(search: Bench, chat: Chat) -> None:
    search.index(chat.says("Don’t meet at the CAFÉ in Ｑ３", "1"))
    for text in ("don't", "cafe", "café", '"don\'t meet"', '"the cafe"'):
        assert found(search, text) == ["1"], text
    if search.real:  # the embedded engine does not fold widths
        assert found(search, "q3") == ["1"]


def test_negations_are_the_same_without_their_apostrophe(search: Bench, chat: Chat) -> None:
    search.index(chat.says("We don’t sign", "with"), chat.says("we dont sign", "without"), chat.says("do not", "other"))
    if search.real:  # the embedded engine knows no such filter
        for text in ("don't", "dont", "don’t sign"):
            assert sorted(found(search, text)) == ["with", "without"], text
    assert found(search, '"don\'t sign"') == ["with"]
    assert found(search, '"dont sign"') == ["without"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("the re\u0301sume\u0301 of Jose\u0301", ("résumé", "resume", '"josé"', "re\u0301sume\u0301", "resu*")),
        ("שָׁלוֹם לכל", ("שלום", '"שלום לכל"', "שָׁלוֹם", "שלו*")),
        ("أرسل الكِتَاب إلى المدرسة", ("الكتاب", '"الى المدرسه"', "ارسل", "أرسل", "الكت*")),
        ("المبلغ ١٢٣٤ ريال", ("1234", "١٢٣٤", '"المبلغ 1234"', "١٢*")),
        ("این کتاب را خواند", ("كتاب", "کتاب", '"اين كتاب"')),
    ],
    ids=["decomposed accents", "hebrew points", "arabic", "arabic digits", "persian"],
)
def test_marks_and_forms_of_letters_do_not_decide(
    search: Bench, chat: Chat, written: str, asked: tuple[str, ...]
) -> None:
    """The embedded engine knows none of the filters: there, words are found as they are written."""
    search.index(chat.says(written, "1"), chat.says("something else", "2"))
    for text in asked if search.real else (f'"{written.split()[1]}"',):
        assert found(search, text) == ["1"], text


def test_texts_before_edits_and_deletions_are_found(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("sell everything now", "edited"),
        chat.edits("good morning", "edited"),
        chat.says("burn the ledger", "deleted"),
        chat.deletes("deleted"),
    )
    assert found(search, "everything") == ["edited"]
    assert found(search, '"sell everything"') == ["edited"]
    assert found(search, "morning") == ["edited"]
    assert found(search, "ledger") == ["deleted"]


def test_attachments_and_subjects_are_found(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("see file", "file", attachments=(file("Budget 2026.xlsx", "Quarterly forecast"),)),
        chat.says("hello", "subject", subject="Merger plan"),
    )
    assert found(search, "budget") == ["file"]
    assert found(search, '"quarterly forecast"') == ["file"]
    assert found(search, "merger") == ["subject"]
    assert found(search, "see forecast") == ["file"]  # words may stand in different places of one message


@pytest.mark.parametrize(
    ("text", "query", "hits"),
    [
        ("会議の議事録を送ってください", "議事録", True),
        ("会議の議事録を送ってください", '"の議事録を"', True),
        ("会議の議事録を送ってください", "録議", False),
        ("会議の議事録を送ってください", "会", True),
        ("Q3会議 はじまる", "q3会議", True),
        ("דוח רבעוני מצורף", "רבעוני", True),
        ("التقرير الفصلي مرفق", '"التقرير الفصلي"', True),
        ("Отчёт за квартал", "квартал", True),
    ],
)
def test_other_scripts(search: Bench, chat: Chat, text: str, query: str, hits: bool) -> None:
    search.index(chat.says(text, "1"), chat.says("something else", "2"))
    assert found(search, query) == (["1"] if hits else [])


def test_part_of_a_korean_word(search: Bench, chat: Chat) -> None:
    search.index(chat.says("회의록을 보내주세요", "1"))
    if search.real:  # the embedded engine makes no bigrams of Hangul
        assert found(search, "회의록") == ["1"]
    assert found(search, "회의록을") == ["1"]


def test_symbols_are_found(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("ship it 🚀 now", "rocket"),
        chat.says("👍🏽", "thumb"),
        chat.says("costs 5 € or $6", "money"),
        chat.says("plain", "plain"),
    )
    assert found(search, "🚀") == ["rocket"]
    assert found(search, "ship 🚀") == ["rocket"]
    assert found(search, "👍") == ["thumb"]
    assert found(search, "€ $") == ["money"]


def test_what_says_nothing_finds_nothing(search: Bench, chat: Chat) -> None:
    search.index(chat.says("hello", "1"))
    assert found(search, "!!! ...") == []
    assert found(search, '""') == []
    assert found(search, "hello !!!") == ["1"]
    assert found(search, "   ") == ["1"]


@pytest.mark.parametrize(
    "text",
    ["foo-bar", "a.b@example.com", "https://example.com/x?y=1", "C:\\temp\\x", "and", "10:30", "/r/x"],
)
def test_no_syntax_in_words(search: Bench, chat: Chat, text: str) -> None:
    search.index(chat.says(f"look {text} here", "1"), chat.says("user admin foo temp example", "2"))
    assert found(search, text) == ["1"]


def test_filters(search: Bench, chat: Chat) -> None:
    teams = replace(chat, platform="teams")
    other = chat.called("U2")
    search.index(chat.says("one", "1"), other.says("one", "2"), teams.says("one", "3"))
    assert found(search, filters=Filters(platforms=("teams",))) == ["3"]
    assert sorted(found(search, "one", filters=Filters(platforms=("teams", "slack")))) == ["1", "2", "3"]
    assert found(search, filters=Filters(user_ids=(other.user_id,))) == ["2"]
    assert sorted(found(search, filters=Filters(channel_ids=(chat.channel_id,)))) == ["1", "2"]
    assert sorted(found(search, filters=Filters(workspace_ids=("W1",)))) == ["1", "2", "3"]
    assert found(search, filters=Filters(workspace_ids=("W2",))) == []


def test_time_range_to_the_nanosecond(search: Bench, chat: Chat) -> None:
    times = ["2026-03-02T09:14:05.000200001Z", "2026-03-02T09:14:05.000200002Z", "2026-03-02T09:14:05.0003Z"]
    search.index(*(chat.says("x", str(number), at) for number, at in enumerate(times)))
    assert found(search, since=times[1]) == ["2", "1"]
    assert found(search, until=times[1]) == ["0"]
    assert found(search, since=times[1], until=times[2]) == ["1"]
    assert found(search, since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59Z") == ["2", "1", "0"]
    assert found(search, since=times[2], until=times[0]) == []


def test_order(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("lunch at noon", "as asked", "2026-03-01T00:00:00Z"),
        chat.says("at noon we have lunch", "now", "2026-03-02T00:00:00Z"),
        chat.says("noon lunch", "now, later", "2026-04-02T00:00:00Z"),
        chat.says("lunch at noon", "before", "2026-03-03T00:00:00Z"),
        chat.edits("never mind", "before", "2026-03-04T00:00:00Z"),
        chat.says("dinner", "newest", "2026-04-03T00:00:00Z"),
    )
    assert found(search) == ["newest", "now, later", "before", "now", "as asked"]
    assert found(search, "lunch at noon") == ["as asked", "now", "before"]
    assert found(search, "noon lunch") == ["now, later", "now", "as asked", "before"]
    assert found(search, "lunch", sort="newest") == ["now, later", "before", "now", "as asked"]
    assert found(search, sort="oldest") == ["as asked", "now", "before", "now, later", "newest"]


def test_another_tenants_messages_are_never_found(search: Bench, chat: Chat) -> None:
    """Not even when they lie in this tenant's own index."""
    stranger = Chat(tenant=type(search.tenant)(f"{search.tenant}-2"))
    search.index(chat.says("ours", "1"), stranger.says("ours", "2"))
    misplaced = {
        "tenant_id": stranger.tenant,
        "message_id": "x",
        "timestamp": "2026-03-02T09:14:05Z",
        "content": "ours",
    }
    (index,) = Indexes(search.engine).standing(search.tenant).current.of.values()
    search.raw.index(index=index, body=misplaced, params={"refresh": "true"})
    assert found(search, "ours") == ["1"]
    assert found(search) == ["1"]


def test_times_no_index_can_hold(search: Bench, chat: Chat) -> None:
    times = ["9999-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z"]
    search.index(*(chat.says("far away", time, time) for time in times))
    hits = search.searcher().search(Question()).hits
    assert [hit.document["exact_times"]["timestamp"] for hit in hits] == times
    if search.real:  # the embedded engine rounds at the end of time
        assert found(search, since="3000-01-01T00:00:00Z") == times[:1]
    assert found(search, until="3000-01-01T00:00:00Z") == times
    assert found(search, until="0001-01-01T00:00:00Z") == []


def files_of(search: Bench, text: str) -> list[list[tuple[str, str | None]]]:
    """Of every hit, the files that the search says it was found in."""
    page = search.searcher().search(Question(text=text))
    return [[(file.attachment_id, file.name) for file in hit.found_in] for hit in page.hits]


def test_text_inside_a_file_finds_its_message_and_says_which_file(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("Two papers", "with files", attachments=(file("plan.pdf"), file("menu.pdf"))),
        chat.keeps("plan.pdf", "The merger with Northgate closes in 五月\nfor 12 €", "with files"),
        chat.keeps("menu.pdf", "Soup, and the merger of tastes", "with files"),
        chat.says("Northgate is on the line", "no file"),
    )
    plan, menu = ("F-plan.pdf", "plan.pdf"), ("F-menu.pdf", "menu.pdf")
    assert files_of(search, "closing") == [[plan]]
    assert files_of(search, '"merger with northgate"') == [[plan]]
    assert files_of(search, "五月") == [[plan]]
    assert files_of(search, "soup") == [[menu]]
    assert [sorted(files) for files in files_of(search, "merger")] == [[menu, plan]]
    assert files_of(search, "papers soup") == [[menu]]
    assert files_of(search, "papers") == [[]]
    assert files_of(search, "€") == [[]]
    assert sorted(files_of(search, "northgate")) == [[], [plan]]
    assert found(search, "€") == ["with files"]
    assert found(search) != []


def test_what_is_found_in_a_file_is_marked_and_its_whole_text_is_not_handed_out(search: Bench, chat: Chat) -> None:
    search.index(
        chat.says("See attached", attachments=(file("plan.pdf"),)),
        chat.keeps("plan.pdf", "Nobody must know of <Orion>. " + "word " * 1000),
    )
    (hit,) = search.searcher().search(Question(text="orion")).hits
    assert any("&lt;<mark>Orion</mark>&gt;" in fragment for fragment in hit.highlights)
    (attachment,) = hit.document["attachments"]
    assert attachment["status"] == "captured"
    assert "extracted_text" not in attachment
    assert "attachment_text" not in hit.document


def test_words_and_patterns_are_marked_in_one_fragment(search: Bench, chat: Chat) -> None:
    search.index(chat.says("The organisation's charts <b>today</b>, by the acquisition team"))
    (hit,) = search.searcher().search(Question(text="organisati?n* chart acquistion~1 /tod[a-z]+/ -lunch")).hits
    assert hit.highlights == [
        "The <mark>organisation&#x27;s</mark> <mark>charts</mark> &lt;b&gt;<mark>today</mark>&lt;/b&gt;, "
        "by the <mark>acquisition</mark> team"
    ]


def test_pages_of_hits_in_files_say_so_on_every_page(search: Bench, chat: Chat) -> None:
    for number in range(3):
        name = f"m{number}"
        search.index(chat.says("x", name, attachments=(file("a.pdf"),)), chat.keeps("a.pdf", "orion", name))
    seen, cursor = 0, None
    while True:
        page = search.searcher().search(Question(text="orion", limit=1), cursor)
        assert [[each.name for each in hit.found_in] for hit in page.hits] == [["a.pdf"]]
        seen, cursor = seen + 1, page.next_cursor
        if cursor is None:
            break
    assert seen == 3
