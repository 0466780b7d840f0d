import { describe, expect, it } from "@jest/globals";
import { compileFilter } from "../../../local/logging/filter.ts";

const entry = {
  insertId: "1",
  logName: "projects/p/logs/run.googleapis.com%2Fstdout",
  timestamp: "2026-11-23T08:00:00.000100Z",
  severity: "WARNING",
  resource: { type: "cloud_run_revision", labels: { service_name: "users" } },
  labels: { "run.googleapis.com/execution_name": "seed-r1", instanceId: "ab" },
  jsonPayload: { message: "pool ready", size: 3 },
};

describe("compileFilter", () => {
  // biome-ignore format: a table
  it.each([
    ["", true],
    ['resource.type="cloud_run_revision"', true],
    ['resource.type="cloud_run_job"', false],
    ['resource.type=cloud_run_revision resource.labels.service_name="users"', true],
    ['resource.type="cloud_run_revision"\nresource.labels.service_name="other"', false],
    ['labels."run.googleapis.com/execution_name"="seed-r1" AND severity>=WARNING', true],
    ["severity>=ERROR", false],
    ["severity<ERROR", true],
    ["severity=(ERROR OR WARNING)", true],
    ['logName="projects/p/logs/run.googleapis.com%2Fstdout"', true],
    ['logName="projects/p/logs/run.googleapis.com/stdout"', true],
    ['logName:"stderr"', false],
    ['timestamp>="2026-11-23T08:00:00Z"', true],
    ["timestamp>=2026-11-23T08:00:00Z", true],
    ['timestamp>"2026-11-23T08:00:01Z"', false],
    ['timestamp<"2026-11-23T17:00:01+09:00"', true],
    ["jsonPayload.size>2", true],
    ["jsonPayload.size>10", false],
    ['jsonPayload.message=~"^pool"', true],
    ['jsonPayload.message!~"^pool"', false],
    ["jsonPayload.absent=1", false],
    ["jsonPayload.absent!=1", true],
    ["labels.instanceId:*", true],
    ['"pool ready"', true],
    ["READY", true],
    ["-ready", false],
    ['NOT resource.type="cloud_run_job"', true],
    ['resource.type="cloud_run_job" OR severity=WARNING', true],
    ['severity=ERROR OR severity=WARNING AND resource.type="cloud_run_job"', false],
    ['(severity=ERROR AND ready) OR jsonPayload.size=3', true],
    ['severity=WARNING -- a remark\nready', true],
  ])("answers %j with %s", (filter, expected) => expect(compileFilter(filter)(entry)).toBe(expected));

  it.each(['resource.type="open', "severity>=LOUD", "(ready", "ready)", "labels.x =", 'jsonPayload.message=~"("'])(
    "refuses %j",
    (filter) => expect(() => compileFilter(filter)(entry)).toThrow("Unparseable filter"),
  );
});
