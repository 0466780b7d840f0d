import { describe, expect, it } from "@jest/globals";
import { createLog } from "../../../../functions/jobs/seed/log.ts";

describe("createLog", () => {
  const write = (secrets: readonly string[]) => {
    const lines: string[] = [];
    return { lines, log: createLog({ write: (line) => lines.push(line), run: "r1", secrets }) };
  };

  it("prints one JSON object a line", () => {
    const { lines, log } = write([]);
    log("ERROR", "it\nbroke", { file: "1.sql", line: 3 });
    expect(lines).toEqual([`{"severity":"ERROR","message":"it\\nbroke","run":"r1","file":"1.sql","line":3}\n`]);
  });

  it("tells the run apart from its attempt, and the trace of the call that made the execution", () => {
    const lines: string[] = [];
    createLog({ write: (line) => lines.push(line), run: "r1.2", trace: "projects/p/traces/t", secrets: [] })(
      "INFO",
      "m",
    );
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      ...{ severity: "INFO", message: "m", run: "r1", ofAttempt: 2 },
      "logging.googleapis.com/trace": "projects/p/traces/t",
    });
  });

  it("blots out secrets in the message and beside it", () => {
    const { lines, log } = write(["s3cr3t", "other"]);
    log("ERROR", `near "s3cr3t" and other`, { file: "s3cr3t.sql" });
    expect(lines.join("")).not.toMatch(/s3cr3t|other/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ message: `near "***" and ***`, file: "***.sql" });
  });
});
