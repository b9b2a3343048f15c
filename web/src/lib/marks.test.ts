import { describe, expect, it } from "vitest";

import { parseMarks } from "@/lib/marks";

describe("parseMarks", () => {
  it("tells hits from the text around them", () => {
    expect(parseMarks("the <mark>wire</mark> and the <mark>ledger</mark>.")).toEqual([
      { text: "the ", marked: false },
      { text: "wire", marked: true },
      { text: " and the ", marked: false },
      { text: "ledger", marked: true },
      { text: ".", marked: false },
    ]);
  });

  it("undoes the escapes once", () => {
    expect(parseMarks("a &amp;lt; b &lt;c&gt; &quot;d&quot; &#39;e&#x27; &#x2F;")).toEqual([
      { text: "a &lt; b <c> \"d\" 'e' /", marked: false },
    ]);
  });

  it("keeps a message's own marks as text, inside a hit too", () => {
    expect(parseMarks("&lt;mark&gt;x&lt;/mark&gt; <mark>&lt;b&gt;</mark>")).toEqual([
      { text: "<mark>x</mark> ", marked: false },
      { text: "<b>", marked: true },
    ]);
  });

  it.each([
    ["<img src=x onerror=alert(1)>"],
    ["<script>alert(1)</script>"],
    ["<MARK>no</MARK>"],
    ["<mark onclick=alert(1)>"],
    ["&#106;avascript&colon;"],
    ["a & b < c"],
  ])("takes anything else for the text it is: %s", (text) => {
    expect(parseMarks(text)).toEqual([{ text, marked: false }]);
  });

  it("bears marks that do not match", () => {
    expect(parseMarks("</mark>a<mark>b<mark>c")).toEqual([
      { text: "a", marked: false },
      { text: "bc", marked: true },
    ]);
    expect(parseMarks("")).toEqual([]);
  });
});
