import { describe, expect, it } from "vitest";

import { splitInvisible, visibleJson } from "@/lib/invisible";

function shown(text: string): string {
  return splitInvisible(text)
    .map((piece) => (piece.kind === "text" ? piece.text : `[${piece.label}${piece.count > 1 ? `×${piece.count}` : ""}]`))
    .join("");
}

describe("splitInvisible", () => {
  it("names what reorders text", () => {
    expect(shown("invoice\u202Efdp.exe\u202C")).toBe("invoice[RLO]fdp.exe[PDF]");
    expect(shown("\u2066a\u2069\u2067b\u2069\u2068c\u2069")).toBe("[LRI]a[PDI][RLI]b[PDI][FSI]c[PDI]");
  });

  it("counts a run of one character once", () => {
    expect(shown(`a${"\u200B".repeat(5000)}b`)).toBe("a[ZWSP×5000]b");
  });

  it("names controls, tags and lone surrogates", () => {
    expect(shown("a\u0000b\u001B[31m\u{E0041}\uD800")).toBe("a[U+0000]b[U+001B][31m[U+E0041][U+D800]");
  });

  it.each(["👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇺🇦", "می‌خواهم", "क्‍ष", "שלום\u200F!", "確認しました", "tab\tand\nline"])(
    "leaves what languages and emoji need: %s",
    (text) => {
      expect(splitInvisible(text)).toEqual([{ kind: "text", text }]);
    },
  );

  it("gives every line end one form", () => {
    expect(splitInvisible("a\r\nb")).toEqual([{ kind: "text", text: "a\nb" }]);
  });
});

describe("visibleJson", () => {
  it("escapes what would not show, and stays the same JSON", () => {
    const value = { text: "a\u202Eb\u{E0041}", more: ["x"] };
    const json = visibleJson(value);
    expect(json).toContain("a\\u202eb\\udb40\\udc41");
    expect(JSON.parse(json)).toEqual(value);
  });
});
