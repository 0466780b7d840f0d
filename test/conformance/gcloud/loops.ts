import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { Wire, WireAnswer } from "./wire.ts";

/** Real milliseconds between two looks: gcloud's seconds without the patience. */
const gapMs = 15;

/** Asks until the answer holds. */
export async function look(ask: () => Promise<WireAnswer>, holds: (body: JsonObject) => boolean): Promise<JsonObject> {
  for (;;) {
    const { status, body } = await ask();
    expect({ status, body }).toMatchObject({ status: 200 });
    if (holds(body)) return body;
    await pause(gapMs);
  }
}

/** Compute's loop: a long poll at `wait` with an empty body, asked again at once while it is not DONE. */
export async function waitCompute(wire: Wire, { body: operation }: WireAnswer): Promise<JsonObject> {
  const { name, region, zone, operationType, targetLink, selfLink } = operation;
  expect({ name, operationType, targetLink, selfLink }).toEqual({
    name: expect.any(String),
    operationType: expect.any(String),
    targetLink: expect.stringContaining(`projects/${wire.project}/`),
    selfLink: expect.stringContaining("/operations/"),
  });
  const scope = typeof zone === "string" ? "zones" : typeof region === "string" ? "regions" : "global";
  const place =
    scope === "global"
      ? scope
      : `${scope}/${String(zone ?? region)
          .split("/")
          .at(-1)}`;
  const address = `compute.googleapis.com/compute/v1/projects/${wire.project}/${place}/operations/${String(name)}`;
  for (;;) {
    const { status, body } = await wire.send(`POST ${address}/wait`);
    expect(status).toBe(200);
    if (body.status === "DONE") return body;
  }
}

/** The loop of every other API: looks at the operation until it is done. */
export async function pollOperation(wire: Wire, api: string, { body, status }: WireAnswer): Promise<JsonObject> {
  expect({ status, body }).toMatchObject({ status: 200, body: { name: expect.stringContaining("operations/") } });
  return look(
    () => wire.send(`GET ${api}/${String(body.name)}`),
    ({ done }) => done === true,
  );
}
