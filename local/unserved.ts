import type { refusals } from "./deviations.ts";
import { ApiError } from "./error.ts";

/** Which row of `refusals` gives the reason. */
export type Refusal = keyof typeof refusals;

/**
 * The refusal of what Google does and this does not, within a method that is served. It takes the row that gives the
 * reason, so that nothing is refused without one.
 *
 * @param message what was refused, as its caller reads it
 */
export function unserved(_row: Refusal, message: string): ApiError {
  return new ApiError({ code: "UNIMPLEMENTED", message, reason: "notImplemented" });
}
