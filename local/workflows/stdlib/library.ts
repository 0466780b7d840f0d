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
 * The standard library by full name.
 *
 * @see https://cloud.google.com/workflows/docs/reference/stdlib/overview
 */
export const library: ReadonlyMap<string, LibraryFunction> = new Map(
  [expressionHelpers, bytes, collections, events, http, json, math, retry, sys, text, time]
    .flat()
    .map((definition) => [definition.name, definition]),
);
