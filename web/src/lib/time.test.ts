import { describe, expect, it } from "vitest";

import { moment } from "@/lib/time";

describe("moment", () => {
  it("reads any precision and keeps it in UTC", () => {
    expect(moment("2026-01-05T09:00:00Z")?.utc).toBe("2026-01-05 09:00:00 UTC");
    expect(moment("2026-01-05T09:00:00.000200Z")?.utc).toBe("2026-01-05 09:00:00.000200 UTC");
    expect(moment("2026-01-05T09:00:00.123456789+02:00")?.utc).toBe("2026-01-05 07:00:00.123456789 UTC");
    expect(moment("2026-01-05T09:00:00.9Z")?.date.getUTCMilliseconds()).toBe(900);
  });

  it.each(["", "yesterday", "2026-01-05", "2026-13-05T09:00:00Z", "1767600000.000200"])("says when it is none: %s", (text) => {
    expect(moment(text)).toBeNull();
  });
});
