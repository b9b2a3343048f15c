import type { MessageEvidence } from "@/lib/api/types";
import written from "./evidence.json" with { type: "json" };

/** What the API answers of messages, by what became of them: `python -m tests.browser.evidence_fixture` writes it. */
export const EVIDENCE = written as Record<keyof typeof written, MessageEvidence>;
