import { randomUUID } from "node:crypto";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";

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

/** The refusal of a key under which something else was asked. */
export function keyReused(): StepError {
  const message = "this Idempotency-Key was used for another request: take a new one";
  return new StepError({ code: "ALREADY_EXISTS", reason: "KEY_REUSED", message });
}
