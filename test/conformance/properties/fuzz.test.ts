import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { subjectsOf } from "../malformed/subject.ts";
import { fuzzMethod } from "./fuzz.ts";
import { seed } from "./seed.ts";
import { overGrpc, overRest, type Transport } from "./transport.ts";

let local: LocalCloud;
let transports: readonly Transport[];

beforeAll(async () => {
  local = await startTestCloud();
  transports = [overRest(local), overGrpc(local)];
}, 60_000);
afterAll(async () => {
  for (const transport of transports) transport.close();
  await local.stop();
});

describe("every served method", () => {
  it(`survives random requests, and changes nothing by those that it refuses (seed ${seed})`, async () => {
    let count = 0;
    for (const subject of subjectsOf(local)) count += await fuzzMethod({ local, transports, seed, runs: 1 }, subject);
    expect(count).toBeGreaterThan(1500);
  }, 120_000);
});
