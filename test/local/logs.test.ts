import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Clock } from "../../local/clock.ts";
import { createLogs, type Logs } from "../../local/logs.ts";
import { createRandom } from "../../local/random.ts";

const resource = { type: "cloud_run_revision", labels: { service_name: "s" } };
const entry = { project: "test-project", log: "run.googleapis.com/stdout", resource };
let clock: Clock;
let logs: Logs;

beforeEach(() => {
  clock = new Clock({ pace: "max" });
  logs = createLogs({ clock, random: createRandom("test") });
});
afterEach(() => clock.close());

describe("write", () => {
  it("keeps a line as text, dated by the clock, under an id of its own", () => {
    logs.write({ ...entry, text: "hello", severity: "ERROR" });
    logs.write({ ...entry, text: "again" });
    const [first, second] = logs.list("test-project");
    expect(first).toMatchObject({
      logName: "projects/test-project/logs/run.googleapis.com%2Fstdout",
      resource,
      severity: "ERROR",
      textPayload: "hello",
      timestamp: expect.stringMatching(/Z$/),
    });
    expect(first?.insertId).not.toBe(second?.insertId);
  });

  it("takes a line that is a JSON object apart", () => {
    const line = { severity: "WARNING", message: "m", "logging.googleapis.com/trace": "t" };
    logs.write({ ...entry, text: JSON.stringify(line) });
    expect(logs.list("test-project")[0]).toMatchObject({
      severity: "WARNING",
      trace: "t",
      jsonPayload: { message: "m" },
    });
  });

  it.each(["{ not json", "[1]", "5", '"text"', ""])("leaves %j as text", (text) => {
    logs.write({ ...entry, text });
    expect(logs.list("test-project")[0]).toMatchObject({ textPayload: text });
  });

  it("keeps projects apart", () => {
    logs.write({ ...entry, text: "hello" });
    expect(logs.list("other-project")).toEqual([]);
  });
});
