import { randomUUID } from "node:crypto";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import type { Door } from "./doors.ts";

/**
 * The key under which something is asked once; one of its own for who brings none.
 *
 * @param name of the header or attribute that has it
 * @throws StepError INVALID_ARGUMENT for an empty one, which everybody would share who fills it in wrongly
 */
export function keyFrom(name: string, value: string | undefined): string {
  const key = value?.trim();
  if (key === "")
    throw badField(name, "must not be empty: leave it out, or take a key of its own for each thing asked");
  return key ?? randomUUID();
}

/**
 * The refusal of a key under which something else was asked.
 *
 * @param door by which it was asked: a ticket's number is its key, and a message's key is an attribute
 */
export function keyReused(door?: Door): StepError {
  const message = reused[door ?? "api"];
  return new StepError({ code: "ALREADY_EXISTS", reason: "KEY_REUSED", message });
}

const reused: Readonly<Record<Door | "api", string>> = {
  api: "this Idempotency-Key was used for another request: take a new one",
  push: "this idempotencyKey was used for another request: take a new one",
  hook: "this ticket asked for something else before, and each asks once: open a new one for what is wanted now",
};
