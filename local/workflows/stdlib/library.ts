import { bytes } from "./bytes.ts";
import { collections } from "./collections.ts";
import { events } from "./events.ts";
import { expressionHelpers } from "./expression-helpers.ts";
import type { LibraryFunction } from "./function.ts";
import { http } from "./http.ts";
import { json } from "./json.ts";
import { math } from "./math.ts";
import { retry } from "./retry.ts";
import { sys } from "./sys.ts";
import { text } from "./text.ts";
import { time } from "./time.ts";

/**
 * The standard library by full name, without connectors.
 *
 * @see https://cloud.google.com/workflows/docs/reference/stdlib/overview
 */
export const standardLibrary: ReadonlyMap<string, LibraryFunction> = new Map(
  [expressionHelpers, bytes, collections, events, http, json, math, retry, sys, text, time]
    .flat()
    .map((definition) => [definition.name, definition]),
);

/** Functions that definitions may call: the standard library and the connectors of whoever builds the program. */
export interface Library {
  get(name: string): LibraryFunction | undefined;
  /** Why a name that the language has is not callable here; `undefined` for names that it does not have. */
  reasonAgainst(name: string): string | undefined;
}

/**
 * Functions named `googleapis.*` and `experimental.*`, which come from outside the language.
 *
 * Each is a blocking `LibraryFunction` with named parameters, `connector_params` among them, and `isConnector`. Its
 * `run` reaches the world through `context.effects` alone: an HTTP request as the workflow's service account, a
 * wait between polls. So it works wherever HTTP calls do, recovery and stubs included.
 */
export interface Connectors {
  find(name: string): LibraryFunction | undefined;
  /** Why a connector that Google has is refused at deployment. */
  reasonAgainst(name: string): string | undefined;
}

/** A runtime without connectors. */
const noConnectors: Connectors = {
  find: () => undefined,
  reasonAgainst: (name) =>
    /^(googleapis|experimental)\./.test(name) ? `${name} is not executed by this runtime` : undefined,
};

/** Makes the library that a program is built against. */
export function createLibrary(connectors: Connectors = noConnectors): Library {
  return {
    get: (name) => standardLibrary.get(name) ?? connectors.find(name),
    reasonAgainst: (name) => connectors.reasonAgainst(name),
  };
}
