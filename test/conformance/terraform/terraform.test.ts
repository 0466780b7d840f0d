import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { openWire, type Wire } from "../gcloud/wire.ts";
import type { Life } from "./life.ts";
import { awaitGone, expectState, importAddress, playSteps, readLife, readSettled } from "./play.ts";
import { accessLives } from "./resources/access.ts";
import { connectionLives } from "./resources/connection.ts";
import { dataLives } from "./resources/data.ts";
import { functionLives } from "./resources/functions.ts";
import { messagingLives } from "./resources/messaging.ts";
import { networkLives } from "./resources/network.ts";
import { policyLives } from "./resources/policies.ts";
import { runLives } from "./resources/run.ts";

/** In the order of an apply; a destroy goes the other way. */
const lives: readonly Life[] = [
  ...[accessLives, networkLives, connectionLives, dataLives].flat(),
  ...[policyLives, messagingLives, runLives, functionLives].flat(),
];
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
      await life.prepare?.(wire);
      await playSteps(wire, life.create);
      if (life.spreadMs) await local.cloud.clock.advance(life.spreadMs);
      expectState(wire, life, await readLife(wire, life));
    },
    60_000,
  );
});

describe("plan", () => {
  it.each(named)("finds no difference in %s", async (_, life) => {
    expectState(wire, life, await readLife(wire, life));
  });
});

const imports = lives.flatMap((life) => {
  const forms = "none" in life.imports ? [] : life.imports;
  return forms.map((form) => [life.resource, typeof form === "string" ? form : form.id, { life, form }] as const);
});

describe("import", () => {
  it.each(imports)("of %s as %s leaves no difference", async (_, _id, { life, form }) => {
    const { body } = await readLife(wire, life);
    expectState(wire, life, await readLife(wire, life, importAddress(life, form, body)));
  });

  it.each(lives.flatMap(({ resource, imports }) => ("none" in imports ? [[resource, imports.none]] : [])))(
    "of %s cannot be: %s",
    (_, reason) => expect(reason).toMatch(/\w/),
  );
});

describe("apply of a change", () => {
  it.each(named.filter(([, { update }]) => update))(
    "updates %s in place",
    async (_, life) => {
      const read = await readLife(wire, life);
      await playSteps(wire, life.update ?? [], read.body);
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
      await playSteps(wire, life.remove);
      await awaitGone(wire, life);
    },
    60_000,
  );
});
