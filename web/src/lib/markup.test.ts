import { describe, expect, it } from "vitest";

import { markupOf, readMarkup } from "@/lib/markup";
import { aMessage } from "@/testing/messages";

function mentioning(...mentions: [id: string, name: string][]) {
  return markupOf(aMessage({ mentions: mentions.map(([id, name]) => ({ kind: "user", id, name })) }));
}

describe("readMarkup", () => {
  it("finds whom a message names, the longest name first", () => {
    const runs = readMarkup("hi @Ann Lee, and Ann (c++)", mentioning(["U1", "Ann"], ["U2", "@Ann Lee"], ["U3", "c++"], ["U4", "x"]));
    expect(runs.filter((run) => run.kind === "mention").map((run) => run.text)).toEqual(["@Ann Lee", "Ann", "c++"]);
    expect(runs.map((run) => run.text).join("")).toBe("hi @Ann Lee, and Ann (c++)");
  });

  it("shows a name for the platform's id, and keeps what was written", () => {
    expect(readMarkup("Welcome @U08HZARKOMJ!", mentioning(["U08HZARKOMJ", "Hannah Müller"]))).toEqual([
      { kind: "text", text: "Welcome " },
      { kind: "mention", text: "@Hannah Müller", written: "@U08HZARKOMJ" },
      { kind: "text", text: "!" },
    ]);
  });

  it("shows Slack's short names as emoji, and leaves what is none", () => {
    const shown = (text: string, platform = "slack") =>
      readMarkup(text, markupOf(aMessage({ platform })))
        .map((run) => run.text)
        .join("");
    expect(shown("coffee :coffee: :wave::skin-tone-3: :party_blob:")).toBe("coffee ☕ 👋🏼 :party_blob:");
    expect(shown("at 10:41:12, C:\\x:y")).toBe("at 10:41:12, C:\\x:y");
    expect(shown(":coffee:", "teams")).toBe(":coffee:");
  });
});
