import { describe, expect, it } from "@jest/globals";
import { parseBody, parseRequestBody } from "../../../functions/request/parse.ts";
import { decisionSchema, emptySchema, extendSchema, freezeSchema } from "../../../functions/request/schema.ts";
import type { JsonObject } from "../../../google/json.ts";

const hash = "0".repeat(64);

describe("the body of a request", () => {
  it.each([
    { action: "up", spec: "text", timeToLive: "72h", plan: hash, onBusy: "queue", ticket: "CHG1", reason: "demo" },
    { action: "rebuild", environment: "users", level: "database" },
    { action: "plan", environment: "users", of: "rebuild", level: "all" },
    { action: "plan", spec: "text" },
    { action: "plan", spec: "text", of: "up", timeToLive: "5h" },
    { action: "plan", environment: "users", timeToLive: "5h" },
    { action: "down", environment: "users", teardown: "17", plan: hash },
    { action: "down", environment: "users", expiry: 1_767_225_600 },
    { action: "sweep" },
    { action: "check" },
  ])("may be %j", (body) => {
    expect(parseRequestBody(body)).toEqual(body);
  });

  it.each([
    [{}, "action must be one of up, rebuild, down, plan, sweep, check"],
    [{ action: "destroy" }, "action must be one of up, rebuild, down, plan, sweep, check"],
    [{ action: "up" }, "environment must be named when no spec is sent"],
    [{ action: "up", environment: "Users" }, "environment must be the name of an environment"],
    [{ action: "up", environment: "u".repeat(31) }, "environment"],
    [{ action: "up", environment: "u", level: "data" }, "level is only for rebuilds"],
    [{ action: "plan", environment: "u", level: "data" }, "level is only for rebuilds"],
    [{ action: "up", environment: "u", of: "down" }, "of is only for action plan"],
    [{ action: "plan", environment: "u", plan: hash }, "plan is only for what carries it out"],
    [{ action: "up", environment: "u", plan: "abc" }, "plan must be the hash of an observed plan"],
    [{ action: "rebuild", spec: "text" }, "spec is only for up and plan"],
    [{ action: "down", environment: "u", timeToLive: "1h" }, "timeToLive is only for up"],
    [{ action: "plan", environment: "u", of: "down", timeToLive: "1h" }, "timeToLive is only for up, and its plan"],
    [{ action: "up", environment: "u", timeToLive: "1 hour" }, "timeToLive"],
    [{ action: "up", environment: "u", timeToLive: "1s" }, "timeToLive must be 1h or more"],
    [{ action: "up", environment: "u", timeToLive: "59m" }, "timeToLive must be 1h or more"],
    [{ action: "up", environment: "u", timeToLive: "1e3h" }, "timeToLive"],
    [
      { action: "up", environment: "u", timeToLive: "100000h" },
      "timeToLive must be a number from 1 to 99999 with s, m",
    ],
    [{ action: "up", environment: "u", onBusy: "wait" }, "onBusy"],
    [{ action: "up", environment: "u", reason: "   " }, "reason must not be empty"],
    [{ action: "up", environment: "u", reason: "x".repeat(1001) }, "reason must have at most 1000 characters"],
    [{ action: "up", environment: "u", ticket: "x".repeat(101) }, "ticket"],
    [{ action: "up", environment: "u", ticket: "CHG1\nplan 0" }, "ticket must be one line"],
    [{ action: "up", environment: "u", ticket: "CHG1\rplan 0" }, "ticket must be one line"],
    [{ action: "up", environment: "u", ticket: "CHG1\tplan" }, "ticket must be one line"],
    [{ action: "up", environment: "u", ticket: "CHG1\u2028plan" }, "ticket must be one line"],
    [{ action: "up", environment: "u", ticket: "CHG1\u202e321" }, "ticket must not turn the direction"],
    [{ action: "up", environment: "u", reason: "a\u202ab" }, "reason must not turn the direction of writing"],
    [{ action: "up", environment: "u", reason: "a\u2066b\u2069" }, "reason must not turn the direction of writing"],
    [{ action: "down", environment: "u", teardown: "-1" }, "teardown must be a generation"],
    [{ action: "down", environment: "u", expiry: -1 }, "expiry must be at least 0"],
    [{ action: "down", environment: "u", expiry: "1" }, "expiry must be of type number"],
    [{ action: "up", environment: "u", requestedBy: "b@example.com" }, "requestedBy is not known"],
    [{ action: "up", environment: "u", onBehalf: "b@example.com" }, "onBehalf is not known"],
    [{ action: "up", environment: "u", folders: { other: "x" } }, "folders.other is not known"],
    [{ action: "up", environment: "u", spec: "x".repeat(200_001) }, "spec must be at most 200000 characters"],
  ])("is not %j: %s", (body, says) => {
    const refusal = { code: "INVALID_ARGUMENT", message: expect.stringContaining(says) };
    expect(() => parseRequestBody(body)).toThrow(expect.objectContaining(refusal));
  });
});

describe("a field that is wrong in several ways", () => {
  it("is told once, and beside it every other one", () => {
    const body = { action: "up", environment: "u", timeToLive: "0h", level: "data" };
    const says = "must be a number from 1 to 99999 with s, m, h or d, such as 72h";
    const fields = [
      { field: "timeToLive", description: says },
      { field: "level", description: "is only for rebuilds: an up ensures all of it" },
    ];
    const refusal = { details: [expect.objectContaining({ fieldViolations: fields })] };
    expect(() => parseRequestBody(body)).toThrow(expect.objectContaining(refusal));
  });
});

describe("the other bodies", () => {
  it.each([
    [decisionSchema, { reason: "not today", changesHash: hash }],
    [decisionSchema, {}],
    [decisionSchema, { reason: "not today:\n\tthe demo, \u05d4\u05d3\u05d2\u05de\u05d4" }],
    [freezeSchema, { reason: "the demo", duration: "8h" }],
    [freezeSchema, { reason: "the demo", duration: "31d" }],
    [extendSchema, { by: "90m" }],
    [emptySchema, {}],
  ])("take what they say", (schema, body) => {
    expect(parseBody<unknown>(schema, body)).toEqual(body);
  });

  it.each([
    [decisionSchema, { decider: "b@example.com" }, "decider is not known"],
    [decisionSchema, { changesHash: "abc" }, "changesHash must be the hash"],
    [decisionSchema, { reason: 5 }, "reason"],
    [freezeSchema, { reason: "the demo" }, "duration"],
    [freezeSchema, { duration: "8h" }, "reason"],
    [freezeSchema, { reason: "the demo", duration: "8 hours" }, "duration"],
    [freezeSchema, { reason: "the demo", duration: "32d" }, "duration"],
    [freezeSchema, { reason: "the demo", duration: "745h" }, "duration"],
    [extendSchema, {}, "by"],
    [extendSchema, { by: "-1h" }, "by"],
    [emptySchema, { force: true }, "force is not known"],
  ] as const)("refuse what they do not know, by name: %#", (schema, body, says) => {
    const refusal = { code: "INVALID_ARGUMENT", message: expect.stringContaining(says) };
    expect(() => parseBody<unknown>(schema, body as JsonObject)).toThrow(expect.objectContaining(refusal));
  });
});
