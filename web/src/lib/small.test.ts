import { describe, expect, it } from "vitest";

import { ConfigError, parseConfig } from "@/lib/config";
import { reactionGlyph } from "@/lib/emoji";
import { excerpt } from "@/lib/excerpt";
import { formatSize, platformName, roleName, sentence } from "@/lib/names";
import { problemOf } from "@/lib/api/problem";
import { fixtureConfig } from "@/testing/fixtureLogin";

describe("parseConfig", () => {
  const whole = fixtureConfig("https://x.example");

  it("takes what the deployment wrote, without slashes at the end", () => {
    expect(parseConfig({ ...whole, apiUrl: "https://x.example/prod/" }).apiUrl).toBe("https://x.example/prod");
  });

  it.each(Object.keys(whole))("names %s when it is missing", (field) => {
    expect(() => parseConfig({ ...whole, [field]: undefined })).toThrow(ConfigError);
    expect(() => parseConfig({ ...whole, [field]: undefined })).toThrow(field);
  });

  it.each([null, "text", [], { ...whole, apiUrl: "not an address" }])("refuses %s", (value) => {
    expect(() => parseConfig(value)).toThrow(ConfigError);
  });
});

describe("problemOf", () => {
  it("reads a problem document", async () => {
    const body = { type: "urn:quire:problem:forbidden", title: "Forbidden", status: 403, detail: "Not for auditors.", errors: [] };
    expect(await problemOf(Response.json(body, { status: 403 }))).toEqual(body);
  });

  it("reads which fields are wrong, and leaves out what it does not understand", async () => {
    const errors = [{ field: "limit", problem: "too large" }, null, { field: 7 }];
    expect((await problemOf(Response.json({ errors }, { status: 400 }))).errors).toEqual([errors[0]]);
  });

  it.each(["", "<html>Bad gateway</html>", "[]", "null", '{"detail": 7}'])("makes do with %s", async (body) => {
    const problem = await problemOf(new Response(body, { status: 502, statusText: "Bad Gateway" }));
    expect(problem).toMatchObject({ type: "about:blank", title: "Bad Gateway", status: 502 });
    expect(problem.detail).toContain("502");
  });
});

describe("excerpt", () => {
  it("does not cut a character in two", () => {
    expect(excerpt("ab👍", 3)).toBe("ab");
    expect(excerpt("ab👍", 4)).toBe("ab👍");
  });
});

describe("names", () => {
  it("writes platforms, roles, labels and sizes as people do", () => {
    expect(platformName("teams")).toBe("Microsoft Teams");
    expect(platformName("mattermost")).toBe("Mattermost");
    expect(roleName("compliance_officer")).toBe("Compliance officer");
    expect(sentence("thread_broadcast")).toBe("Thread broadcast");
    expect(formatSize(999)).toBe("999 bytes");
    expect(formatSize(1_843_200)).toBe("1.8 MB");
  });

  it("shows a reaction by its emoji or, unknown, by its name", () => {
    expect(reactionGlyph("thumbsup")).toBe("👍");
    expect(reactionGlyph("+1::skin-tone-3")).toBe("👍🏼");
    expect(reactionGlyph("heart")).toBe("❤️");
    expect(reactionGlyph("female-technologist")).toBe("👩‍💻");
    expect(reactionGlyph(":flag-pl:")).toBe("🇵🇱");
    expect(reactionGlyph("like")).toBe("👍");
    expect(reactionGlyph("party_blob")).toBe(":party_blob:");
    expect(reactionGlyph("👀")).toBe("👀");
  });
});
