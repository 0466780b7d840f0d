import { AsyncLocalStorage } from "node:async_hooks";
import type { Principal } from "./access/principal.ts";
import type { Identity } from "./access/tokens.ts";

const callers = new AsyncLocalStorage<Identity>();

/** Whom work counts as when nobody called for it. */
const own: Principal = { kind: "system", email: "system" };

/** Runs work that counts as a caller's, with all that it sets off. */
export function actFor<T>(caller: Identity, work: () => T): T {
  return callers.run(caller, work);
}

/** Who called for the work that is going on. */
export function presentCaller(): Identity {
  return callers.getStore() ?? { principal: own };
}
