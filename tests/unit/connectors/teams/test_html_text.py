"""The HTML of Teams as text: readable, complete, and in time that grows with its length alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.connectors.teams.html_text import html_page, html_text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div><div>one</div></div>\n<div>two</div>", "one\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p><p>&nbsp;</p><p>&nbsp;</p><p>&nbsp;</p><p>two</p>", "one\n\ntwo"),
        ("a &lt;b&gt; &amp; c&nbsp;d &euro;", "a <b> & c d €"),
        ("<p>  folded \n  blanks </p>", "folded blanks"),
        ("<b>bo</b>ld <i>words</i>", "bold words"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>after", "- a\n- b\n  - c\nafter"),
        ("<ol><li><p>a</p></li><li><p>b</p></li></ol>", "1. a\n2. b"),
        ("<blockquote>he<blockquote>she</blockquote></blockquote>me", "> he\n> > she\nme"),
        ("<h1>Title</h1>text<hr>more", "Title\ntext\nmore"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td></td><td><p>1</p></td></tr></table>end", "a | b\n | 1\nend"),
        ("<pre>  x\n    y</pre>", "  x\n    y"),
        ("<codeblock><code>a<br>&nbsp; b</code></codeblock>", "a\n  b"),
        ('<a href="https://a.example/x">plan</a>', "plan (https://a.example/x)"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="https://a.example"></a>', "https://a.example"),
        ("<a>no address</a>", "no address"),
        ('<emoji id="x" alt="🙂" title="Smile"></emoji>', "🙂"),
        ('<emoji id="x" title="Smile"></emoji>', "Smile"),
        ('<img alt="👻" itemtype="http://schema.skype.com/Emoji" src="x">', "👻"),
        ('<img src="x">', "[image]"),
        ('<img src="x" alt="image">', "[image]"),
        ('<img src="x" alt="a > b">', "[image: a > b]"),
        ("<systemEventMessage/>", ""),
        ("<script>alert(1)</script><style>p{}</style>shown", "shown"),
        ("a<!-- hidden -->b", "ab"),
        ("a<!-- not closed", "a<!-- not closed"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>not closed", "not closed"),
        ("</p></b></ul></li>text", "text"),
        ("<![CDATA[x]]>", "<![CDATA[x]]>"),
        ("<![foo", "<![foo"),
        ("<?php x ?>", "<?php x ?>"),
        ("<!DOCTYPE html>", "<!DOCTYPE html>"),
        ("<a href='x' title=\"it's\">y</a>", "y (x)"),
        ('<a href="unclosed>y</a>', '<a href="unclosed>y'),
        ("&#xD83D; &#0; &unknown;", "� � &unknown;"),
        ('<div dir="rtl">مرحبا</div>', "مرحبا"),
    ],
)
def test_html_is_read(source: str, said: str) -> None:
    assert html_text(source) == said


def test_a_name_in_several_tags_is_addressed_once() -> None:
    source = '<at id="0">Omar</at>&nbsp;<at id="1">Aziz</at> and <at id="2">Mei</at>, <at id="3">Lena</at>'
    mentioned = {"0": "u1", "1": "u1", "2": "u2", "3": "u3"}
    assert html_page(source, mentioned, {}).text == "@Omar Aziz and @Mei, @Lena"
    assert html_page(source, {}, {}).text == "@Omar @Aziz and @Mei, @Lena"


def test_attachments_stand_where_they_are_shown() -> None:
    page = html_page('see <attachment id="a"></attachment> <attachment id="b"></attachment>', {}, {"a": "[x.pdf]"})
    assert page.text == "see [x.pdf]"


def test_pictures_and_answers_are_found() -> None:
    page = html_page(
        '<blockquote itemtype="http://schema.skype.com/Reply" itemid="17">before</blockquote>'
        '<img src="https://g.example/hostedContents/1/$value?a=1&amp;b=2" alt="chart">',
        {},
        {},
    )
    assert page.quoted == ("17",)
    assert page.images[0].url == "https://g.example/hostedContents/1/$value?a=1&b=2"
    assert page.images[0].name == "chart"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<",
            "<a ",
            "<a '",
            '<a "',
            "<a '\"",
            "<!--",
            "<![",
            "<p ",
            "</",
            "&",
            "&#",
            "<a b=c d='",
            "<at id=0>",
            "<ul><li>",
        ),
        *("<blockquote>", "<table><tr><td>", "<a href=x>y", "<a href=x>y</a>", "<at id=0>x</at> ", "<pre>\n"),
    ],
)
def test_hostile_html_costs_little(piece: str) -> None:
    """A thousand times more than Teams lets anybody write in a message, in a few seconds at most."""
    began = time.process_time()
    html_text(piece * 40_000 + "</a></at></li>" * 40_000)
    assert time.process_time() - began < 10


@given(st.text(max_size=200) | st.text(alphabet="<>/!-&;#'\"= abpliuat\n", max_size=200))
def test_any_text_is_read(source: str) -> None:
    said = html_text(source)
    assert said == said.encode("utf-8", "replace").decode("utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="<&"), max_size=100))
def test_text_without_markup_stays(source: str) -> None:
    assert html_text(source) == source
