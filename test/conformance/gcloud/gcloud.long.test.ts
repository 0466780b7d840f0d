import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import type { Case } from "./case.ts";
import { scenarios as all } from "./cases.ts";
import { isInstalled, type Outcome, runScenario } from "./gcloud.ts";

/** Scenarios that run at a time; a gcloud process keeps one core busy. */
const lanes = 2;

/**
 * A third of the scenarios, another one every day: each command costs the best part of a second, and what it sends is
 * replayed with the quick tests as well. `GCLOUD_SCENARIOS=all` plays all of them.
 */
const parts = 3;
const day = Math.floor(Date.now() / 86_400_000);
const isOfToday = (index: number) => (index + day) % parts === 0;
const scenarios = process.env.GCLOUD_SCENARIOS === "all" ? all : all.filter((_one, index) => isOfToday(index));

const describeIfInstalled = isInstalled ? describe : describe.skip;
const reason = isInstalled ? "" : " (skipped: no gcloud on the PATH)";
const outcomes = new Map(
  scenarios.flatMap(({ cases }) => cases.map((one) => [one, Promise.withResolvers<Outcome>()] as const)),
);
// A scenario that breaks off is told by the cases that wait for it.
for (const { promise } of outcomes.values()) promise.catch(() => undefined);
const waiting = [...scenarios];
let working: Promise<unknown> = Promise.resolve();
let local: LocalCloud;

/** Runs scenarios one after the other until none is left. */
async function work(): Promise<void> {
  for (let scenario = waiting.shift(); scenario; scenario = waiting.shift()) {
    const tell = (one: Case, outcome: Outcome) => outcomes.get(one)?.resolve(outcome);
    try {
      await runScenario(local, scenario, tell);
    } catch (caught) {
      for (const one of scenario.cases) outcomes.get(one)?.reject(caught);
    }
  }
}

beforeAll(async () => {
  if (!isInstalled) return;
  local = await startTestCloud();
  working = Promise.all(Array.from({ length: lanes }, work));
}, 60_000);
afterAll(async () => {
  waiting.length = 0;
  await working;
  await local?.stop();
});

/** Texts in a matcher with the scenario's own names. */
function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => filled(item, fill));
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, filled(item, fill)]));
}

function parse(text: string): unknown {
  return text.trim() === "" ? undefined : JSON.parse(text);
}

describeIfInstalled(`the real gcloud${reason}`, () => {
  for (const { project, cases } of scenarios) {
    describe(project, () => {
      it.each(cases.map((one) => [one.run, one] as const))("%s", async (_run, one) => {
        const outcome = await outcomes.get(one)?.promise;
        if (!outcome) throw new Error("The command was not run.");
        const { exit, stdout, stderr, wire, fill } = outcome;
        expect({ exit, stderr }).toEqual({ exit: one.exit ?? 0, stderr: expect.any(String) });
        if (one.json !== undefined)
          expect({ printed: parse(stdout) }).toMatchObject({ printed: filled(one.json, fill) });
        if (one.stdout) expect(stdout).toMatch(one.stdout);
        if (one.stderr) expect(stderr).toMatch(one.stderr);
        if (one.wire) expect(wire).toEqual(one.wire.map(fill));
      });
    });
  }
});
