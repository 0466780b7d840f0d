import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { subjectsOf } from "../malformed/subject.ts";
import { fuzzMethod } from "./fuzz.ts";
import { longRuns } from "./seed.ts";
import { overGrpc, overRest, type Transport } from "./transport.ts";

/** The same unless told otherwise, so that nobody's change fails for another one's fault; `FUZZ_SEED` looks elsewhere. */
const seed = Number(process.env.FUZZ_SEED ?? 4242);
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

describe("every served method, at length", () => {
  it(`survives random requests, and changes nothing by those that it refuses (seed ${seed})`, async () => {
    let count = 0;
    for (const subject of subjectsOf(local)) {
      count += await fuzzMethod({ local, transports, seed, runs: longRuns }, subject);
    }
    expect(count).toBeGreaterThan(longRuns * 1500);
  }, 300_000);
});
