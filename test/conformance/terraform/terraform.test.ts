import { afterAll, beforeAll, describe, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { openWire, type Wire } from "../gcloud/wire.ts";
import type { Life } from "./life.ts";
import { awaitGone, expectState, playStep, readLife, readSettled } from "./play.ts";
import { accessLives } from "./resources/access.ts";
import { dataLives } from "./resources/data.ts";
import { messagingLives } from "./resources/messaging.ts";
import { networkLives } from "./resources/network.ts";
import { runLives } from "./resources/run.ts";

/** In the order of an apply; a destroy goes the other way. */
const lives: readonly Life[] = [...accessLives, ...networkLives, ...dataLives, ...messagingLives, ...runLives];
const named = lives.map((life) => [life.resource, life] as const);
let local: LocalCloud;
let wire: Wire;

beforeAll(async () => {
  local = await startTestCloud();
  wire = openWire(local, "terraform-project");
}, 60_000);
afterAll(async () => {
  wire.close();
  await local.stop();
});

describe("apply", () => {
  it.each(named)(
    "creates %s, and reads what was configured",
    async (_, life) => {
      for (const step of life.create) await playStep(wire, step);
      if (life.spreadMs) await local.cloud.clock.advance(life.spreadMs);
      expectState(wire, life, await readLife(wire, life));
    },
    60_000,
  );
});

describe("plan", () => {
  it.each(named)("finds no difference in %s, nor after an import", async (_, life) => {
    const first = await readLife(wire, life);
    expectState(wire, life, first);
    expectState(wire, life, await readLife(wire, life));
  });
});

describe("apply of a change", () => {
  it.each(named.filter(([, { update }]) => update))(
    "updates %s in place",
    async (_, life) => {
      const read = await readLife(wire, life);
      for (const step of life.update ?? []) await playStep(wire, step, read.body);
      expectState(wire, life, await readSettled(wire, life), life.updated);
    },
    60_000,
  );
});

describe("destroy", () => {
  it.each(named.toReversed())(
    "removes %s, and finds it gone",
    async (_, life) => {
      if (life.heldMs) await local.cloud.clock.advance(life.heldMs);
      for (const step of life.remove) await playStep(wire, step);
      await awaitGone(wire, life);
    },
    60_000,
  );
});
