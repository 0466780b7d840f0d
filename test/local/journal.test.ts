import { appendFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createJournal } from "../../local/journal.ts";
import { openJournalFile } from "../../local/journal-file.ts";

const entry = { kind: "call", time: "t", host: "h", method: "m", principal: "p", code: "OK", durationMs: 1 } as const;

describe("subscribe", () => {
  it("tells of entries to come until it is ended", () => {
    const journal = createJournal();
    const heard: string[] = [];
    journal.record({ ...entry, method: "before" });
    const end = journal.subscribe((one) => heard.push(`${one.number} ${one.kind}`));
    journal.record({ ...entry, method: "during" });
    end();
    journal.record({ ...entry, method: "after" });
    expect(heard).toEqual(["1 call"]);
    expect(journal.list().map(({ method }) => method)).toEqual(["before", "during", "after"]);
  });
});

describe("entries", () => {
  it("are numbered from 0, and given from a number on", () => {
    const journal = createJournal();
    for (const method of ["a", "b", "c"]) journal.record({ ...entry, method });
    expect(journal.entries(1)).toMatchObject([
      { number: 1, method: "b" },
      { number: 2, method: "c" },
    ]);
    expect(journal.entries(3)).toEqual([]);
  });
});

describe("openJournalFile", () => {
  it("has the journal go on where an earlier one ended, whatever a crash has left", () => {
    const path = join(mkdtempSync(join(tmpdir(), "journal-")), "journal.jsonl");
    const first = createJournal(openJournalFile(path));
    first.record({ ...entry, method: "first" });
    first.close();
    first.record({ ...entry, method: "too late" });
    appendFileSync(path, '{"number":1,"kind":"ca');
    appendFileSync(path, "\n");
    const second = createJournal(openJournalFile(path));
    second.record({ ...entry, method: "second" });
    second.close();
    expect(second.list().map(({ method }) => method)).toEqual(["first", "second"]);
    expect(second.entries().map(({ number }) => number)).toEqual([0, 1]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    rmSync(dirname(path), { recursive: true });
  });
});
