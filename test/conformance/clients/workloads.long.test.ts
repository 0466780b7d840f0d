import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { createActor } from "./actor.ts";
import { type Caller, type ListeningCloud, openCaller, startListeningCloud, type Transport } from "./caller.ts";
import { expectShownIn } from "./elsewhere.ts";
import { containerScenarios } from "./scenarios/containers.ts";
import { databaseScenarios } from "./scenarios/databases.ts";
import { knativeScenarios } from "./scenarios/knative.ts";
import { sourceScenarios } from "./scenarios/sources.ts";

const scenarios = [...containerScenarios, ...knativeScenarios, ...sourceScenarios, ...databaseScenarios];
const callers = new Map<Transport, Caller>();
let listening: ListeningCloud;

beforeAll(async () => {
  listening = await startListeningCloud();
});
afterAll(async () => {
  for (const caller of callers.values()) await caller.close();
  await listening.local.stop();
});

function callerOf(transport: Transport): Caller {
  const caller = callers.get(transport) ?? openCaller(listening, transport);
  callers.set(transport, caller);
  return caller;
}

describe.each(["gRPC", "REST"] as const)("official clients over %s", (transport) => {
  it.each(scenarios.map((scenario) => [scenario.title, scenario] as const))("live with %s", (_, scenario) =>
    scenario.run(createActor(listening.local, callerOf(transport))),
  );

  it("were answered with success by every method that this file is listed with", () => {
    expectShownIn("workloads.long.test.ts", callerOf(transport));
  });
});
