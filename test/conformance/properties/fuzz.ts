import { expect } from "@jest/globals";
import fc from "fast-check";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { label as labelOf, plausibleRequest, type Subject } from "../malformed/subject.ts";
import { dumpStore } from "../store-dump.ts";
import { anyJson, messageArbitrary } from "./arbitrary.ts";
import type { Ending, Transport } from "./transport.ts";

const model = loadModel();

/** What methods are tried with. */
export interface Fuzz {
  readonly local: LocalCloud;
  readonly transports: readonly Transport[];
  readonly seed: number;
  /** Requests of each kind, each way, to each method. */
  readonly runs: number;
}

/** Codes of a handler that did not know what to do. */
const crashes = new Set(["INTERNAL", "UNKNOWN", "DATA_LOSS", "500"]);

/**
 * Sends random requests to a method: nearly right ones, any JSON, any bytes. No answer is a crash, no refusal a change.
 *
 * @returns how many were sent
 */
export async function fuzzMethod({ local, transports, seed, runs }: Fuzz, subject: Subject): Promise<number> {
  const { name, method } = subject;
  const base = plausibleRequest(model, subject);
  // Over gRPC a value of another kind cannot even be written.
  const requests = { REST: messageArbitrary(model, method.request, 5), gRPC: messageArbitrary(model, method.request) };
  const contents = {
    REST: fc.oneof(
      anyJson.map((json) => JSON.stringify(json)),
      fc.string({ maxLength: 30 }),
    ),
    gRPC: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  };
  let count = 0;
  const judge = async (send: () => Promise<Ending>) => {
    const before = stateOf(local);
    const { code, message } = await send();
    count += 1;
    expect({ method: labelOf(subject), crash: crashes.has(code) ? `${code} ${message}` : "" }).toMatchObject({
      crash: "",
    });
    if (code !== "OK") expect(stateOf(local)).toEqual(before);
  };
  for (const transport of transports) {
    const property = fc.asyncProperty(requests[transport.name], contents[transport.name], async (request, content) => {
      await judge(() => transport.call(name, { ...base, ...request } as JsonObject));
      await judge(() => transport.send(name, content));
    });
    await fc.assert(property, { seed, numRuns: runs, endOnFailure: true });
    // What a lucky request set off is over before the next method's state is looked at.
    await local.cloud.clock.idle();
  }
  return count;
}

/** All state but the owner's projects, which come into being when they are first named, and operations under way. */
function stateOf(local: LocalCloud): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(dumpStore(local)).filter(([key]) => !/^(?:projects|operations)\b/.test(key)),
  );
}
