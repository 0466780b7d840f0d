import { describe, expect, it } from "@jest/globals";
import { checkFlags, supportedFlags } from "../../../local/alloydb/database-flags.ts";
import { blocksOf, hostsOf } from "../../../local/alloydb/ip-range.ts";
import { toMachine } from "../../../local/alloydb/machine.ts";
import { host } from "../../../local/alloydb/names.ts";
import { checkPassword } from "../../../local/alloydb/password.ts";
import { permissions } from "../../../local/alloydb/permissions.ts";
import { loadModel } from "../../../local/model/model.ts";
import { parseRange } from "../../../local/range.ts";

const blocks = (text: string) => blocksOf(parseRange(text) ?? { first: 0, last: 0, prefixLength: 32 });

describe("blocksOf", () => {
  it.each([
    ["192.168.200.0/24", ["192.168.200.0"]],
    ["10.1.2.0/23", ["10.1.2.0", "10.1.3.0"]],
    ["10.0.0.0/25", []],
  ])("divides %s", (range, expected) => {
    expect(blocks(range)).toEqual(expected);
  });

  it("has a block for each of a range's regions", () => {
    expect(blocks("10.0.0.0/20")).toHaveLength(16);
    expect(hostsOf("10.0.0.0")).toMatchObject({ 0: "10.0.0.2", length: 253 });
  });
});

describe("toMachine", () => {
  it.each([
    [{}, { cpuCount: 2 }],
    [{ cpuCount: 8 }, { cpuCount: 8 }],
    [{ machineType: "c4a-highmem-1" }, { cpuCount: 1, machineType: "c4a-highmem-1" }],
  ])("completes %j", (sent, expected) => {
    expect(toMachine(sent)).toEqual(expected);
  });
});

describe("checkFlags", () => {
  it.each([
    [{ max_connections: "500" }, undefined],
    [{ max_connections: "5" }, "max_connections"],
    [{ max_connections: "many" }, "max_connections"],
    [{ "alloydb.iam_authentication": "true" }, "alloydb.iam_authentication"],
    [{ log_statement: "ddl", random_page_cost: "1.1" }, undefined],
    [{ log_statement: "most" }, "log_statement"],
    [{ shared_buffers: "1" }, "not supported"],
  ])("judges %j", (flags, problem) => {
    const check = () => checkFlags(flags);
    if (problem) expect(check).toThrow(problem);
    else expect(check).not.toThrow();
  });

  it("lists every flag with its kind", () => {
    const flags = supportedFlags("projects/p/locations/r");
    expect(flags).toContainEqual(
      expect.objectContaining({ flagName: "alloydb.iam_authentication", requiresDbRestart: true }),
    );
    expect(flags.every(({ valueType }) => valueType !== undefined)).toBe(true);
  });
});

describe("checkPassword", () => {
  const strict = { "password.enforce_complexity": "on", "password.enforce_password_does_not_contain_username": "on" };

  it.each([
    ["x", {}, undefined],
    ["", {}, "empty"],
    ["short", strict, "too short"],
    ["Longer-than-that1", strict, undefined],
    ["longer-than-that", strict, "digits"],
    ["App-Longer-than1", strict, "user's name"],
  ])("judges %j under %j", (password, flags, problem) => {
    const check = () => checkPassword("app", password, flags);
    if (problem) expect(check).toThrow(problem);
    else expect(check).not.toThrow();
  });

  it("never repeats the password", () => {
    expect(() => checkPassword("app", "hunter2", strict)).not.toThrow("hunter2");
  });
});

describe("permissions", () => {
  it("lists every method of the API's three versions", () => {
    const own = Object.entries(loadModel().methods).filter(([, { hosts }]) => hosts.length === 1 && hosts[0] === host);
    const unlisted = own.map(([name]) => name).filter((name) => !permissions[name]);
    expect(own.length).toBeGreaterThan(100);
    expect(unlisted).toEqual([]);
  });
});
