import { describe, expect, it } from "@jest/globals";
import { createJournal } from "../../local/journal.ts";

const entry = { time: "t", host: "h", method: "m", principal: "p", code: "OK", durationMs: 1 } as const;

describe("subscribe", () => {
  it("tells of entries to come until it is ended", () => {
    const journal = createJournal();
    const heard: string[] = [];
    journal.record({ ...entry, method: "before" });
    const end = journal.subscribe(({ method }) => heard.push(method));
    journal.record({ ...entry, method: "during" });
    end();
    journal.record({ ...entry, method: "after" });
    expect(heard).toEqual(["during"]);
    expect(journal.list().map(({ method }) => method)).toEqual(["before", "during", "after"]);
  });
});
