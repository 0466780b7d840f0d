import { emailOf } from "../../../local/access/principal.ts";
import type { Api, Call, Handler } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { ApiError } from "../../../local/error.ts";
import { kept } from "../../../local/state/change-log.ts";
import { hasEffect, isOfRun, nameOfCaller, type Stop, toMethod } from "./boundary.ts";

type CreateApi = (cloud: Cloud) => Api;

/** Lets every call through but one, which it holds until it is told how that goes on. */
export interface Gate {
  wrap(create: CreateApi): CreateApi;
  /** Resolves with the first of the calls that is there. Counts from now on; replaces what was armed before. */
  arm(...stops: readonly Stop[]): Promise<Stop>;
  /** Lets the held call go on; or drops it, as if its caller had never got it out. */
  release(how: "go" | "drop"): void;
  /** The same, with the next call armed before anything goes on; resolves when that is there. */
  releaseTo(next: Stop, how: "go" | "drop"): Promise<Stop>;
  /** Has somebody told of every call with an effect before it is carried out. */
  onEffect(listener: (effect: Omit<Stop, "when">) => void): void;
}

interface Armed {
  readonly stops: readonly Stop[];
  /** The one that came. */
  held?: Stop;
  readonly reached: (stop: Stop) => void;
  readonly released: Promise<"go" | "drop">;
  readonly release: (how: "go" | "drop") => void;
}

/**
 * Makes a gate before the handlers of a local cloud.
 *
 * @param isWatched whose calls may be held, by the part of an e-mail before the `@`; those that make up a run unless given
 */
export function createGate(isWatched: (caller: string) => boolean = isOfRun): Gate {
  let armed: Armed | undefined;
  let seen = new Map<string, number>();
  let tell = (_effect: Omit<Stop, "when">) => {};

  async function pass<T>(effect: Passing, work: () => Promise<T> | T): Promise<T> {
    const { caller, method, nth, call } = effect;
    if (hasEffect(method)) tell(effect);
    const isHere = (stop: Stop) => stop.caller === caller && stop.method === method && stop.nth === nth;
    const holding = armed?.held ? undefined : armed;
    const stop = holding?.stops.find(isHere);
    if (!holding || !stop) return await work();
    holding.held = stop;
    if (stop.when === "before") await holdUp(holding, stop, call);
    try {
      return await work();
    } finally {
      if (stop.when === "after") {
        await kept();
        await holdUp(holding, stop, call);
      }
    }
  }

  function passing(method: string, call: Call): Passing | undefined {
    const caller = nameOfCaller(emailOf(call.principal));
    if (!isWatched(caller)) return undefined;
    const known = toMethod(method);
    const nth = (seen.get(`${caller} ${known}`) ?? 0) + 1;
    seen.set(`${caller} ${known}`, nth);
    return { caller, method: known, nth, call };
  }

  const guarded =
    (name: string, handler: Handler): Handler =>
    (request, call) => {
      const effect = passing(name, call);
      return effect ? pass(effect, () => handler(request, call)) : handler(request, call);
    };

  return {
    wrap: (create) => (cloud) => {
      const api = create(cloud);
      const methods = Object.entries(api.methods).map(([name, handler]) => [name, guarded(name, handler)] as const);
      const { raw } = api;
      return {
        ...api,
        methods: Object.fromEntries(methods),
        ...(raw && {
          raw: (request, call) => {
            const effect = passing(`${request.method} ${request.url.pathname}`, call);
            return effect ? pass(effect, () => raw(request, call)) : raw(request, call);
          },
        }),
      };
    },
    arm(...stops) {
      const reached = Promise.withResolvers<Stop>();
      const released = Promise.withResolvers<"go" | "drop">();
      armed = { stops, reached: reached.resolve, released: released.promise, release: released.resolve };
      seen = new Map();
      return reached.promise;
    },
    release(how) {
      armed?.release(how);
      armed = undefined;
    },
    releaseTo(next, how) {
      const last = armed;
      const reached = this.arm(next);
      last?.release(how);
      return reached;
    },
    onEffect(listener) {
      tell = listener;
      seen = new Map();
    },
  };
}

/** A call on its way to its handler. */
interface Passing extends Omit<Stop, "when"> {
  readonly call: Call;
}

/** Time goes on for a patient stop, and stands still as for any work for the others. */
async function holdUp({ reached, released }: Armed, stop: Stop, { hold }: Call): Promise<void> {
  reached(stop);
  const how = await (stop.isPatient ? hold.during(() => released) : released);
  if (how === "drop") throw new ApiError({ code: "CANCELLED", message: "The caller was killed." });
}
