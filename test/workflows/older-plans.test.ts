import { describe, expect, it } from "@jest/globals";
import type { StoredPlan } from "../../functions/entry/stored.ts";
import { readOlder } from "../../functions/plan/older.ts";
import { planOf } from "../../functions/request/plan-store.ts";
import { packSpec } from "../../functions/request/spec-store.ts";
import { createTestInstallation, folders } from "../functions/request/context.ts";
import { exampleText } from "../spec/example.ts";
import { createMemoryStorage } from "../support/memory-storage.ts";
import { put } from "../support/stored.ts";
import { entryAction, runEnvironment } from "./stub-google.ts";

const { installation } = createTestInstallation().clients;
const present = planOf(packSpec(exampleText, folders), installation);
const change = { resource: "r", action: "delete", fields: [], effects: {} };
const done = (changes: readonly object[] = []) => ({ state: "done", output: {}, changes });

/** Plans as specs of one environment have come to, each other by what is put into one step's input. */
function plansWith(step: string, inputs: readonly object[]): readonly StoredPlan[] {
  return inputs.map((input, index) => ({
    ...present,
    hash: `${index}`.padStart(64, "0"),
    steps: present.steps.map((each) => (each.name === step ? { ...each, input: { ...each.input, ...input } } : each)),
  }));
}

/** The parts that a run of the present plan is told, once these have been carried out. */
async function partsOf(action: "up" | "down", plans: readonly StoredPlan[]) {
  const storage = createMemoryStorage();
  for (const plan of plans) await put(storage, `plans/${plan.hash}.json`, plan);
  const ledger = { plans: [present.hash, ...plans.map(({ hash }) => hash)] };
  return (await readOlder(storage, { bucket: "b", run: { action }, plan: present, ledger })).parts;
}

const inputsOf = ({ steps }: StoredPlan) => Object.fromEntries(steps.map(({ name, input }) => [name, input]));
const of300 = <Item>(make: (index: number) => Item) => Array.from({ length: 300 }, (_, index) => make(index));
const target = { databaseGeneration: 1, clusterGeneration: 1, latest: "", only: [], outputs: {} };

describe("an environment of three hundred older plans", () => {
  it("is asked about none of them that differ in what no removal takes away", async () => {
    const secret = (version: number) => `projects/my-project/secrets/mine/versions/${version}`;
    const plans = [
      ...plansWith(
        "verify",
        of300((index) => ({ path: `/${index}` })),
      ),
      ...plansWith(
        "service",
        of300((index) => ({ secrets: { MINE: secret(index) }, minInstances: 1 })),
      ).map((plan) => ({ ...plan, hash: `s${plan.hash}` })),
    ];
    expect(await partsOf("down", plans)).toEqual([]);
    expect(await partsOf("up", plans)).toEqual([]);
  });

  it("is taken down with what each of them has made", async () => {
    const services = of300((index) => ({ service: `projects/my-project/locations/r/services/service-${index}` }));
    const plans = plansWith("service", services);
    const older = await partsOf("down", plans);
    expect(older.map(({ plan }) => plan)).toEqual(plans.map(({ hash }) => hash));
    const inputs = older.flatMap(({ input = [] }) => input);
    expect(inputs.length).toBeGreaterThan(1);
    const lookedUp = plans.slice(inputs.length).map(({ steps }) => {
      return { input: steps.find(({ name }) => name === "service")?.input };
    });
    const { outcome, steps, calls } = await runEnvironment("down", {
      plan: inputsOf(present),
      entries: {
        "plan target": [{ ...target, older }],
        "plan older": [{ parts: older }],
        "plan input": [...lookedUp, ...lookedUp, ...lookedUp],
      },
      planning: { service: [done([change])] },
    });
    expect(outcome.state).toBe("SUCCEEDED");
    const record = calls.find((call) => entryAction(call) === "record record");
    expect(record?.body).toMatchObject({ result: { state: "succeeded", failures: {}, remaining: {} } });
    const removed = steps.filter(({ name }) => name === "alloyrun-service").map(({ body }) => body.input);
    const { service } = inputsOf(present) as { readonly service: { readonly service: string } };
    const wanted = [{ service: service.service }, ...services];
    expect(removed.slice(0, wanted.length)).toMatchObject(wanted);
    expect(removed).toHaveLength(2 * wanted.length);
    const told = calls.find((call) => entryAction(call) === "plan digest")?.body.older;
    expect(told).toHaveLength(services.length);
  });

  it("names the step whose part cannot be looked up, and removes the rest", async () => {
    const part = { step: "service", function: "alloyrun-service", plan: "h", expectedSeconds: 10 };
    const { steps, calls } = await runEnvironment("down", {
      entries: { "plan older": [{ parts: [part] }], "plan input": [{ httpStatus: 400 }] },
    });
    const record = calls.find((call) => entryAction(call) === "record record");
    expect(record?.body).toMatchObject({ result: { state: "failed", failures: { service: { step: "service" } } } });
    expect(steps.some(({ name }) => name === "alloyrun-network")).toBe(true);
  });
});
