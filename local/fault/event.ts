import type { Principal } from "../access/principal.ts";
import { emailOf } from "../access/principal.ts";
import { covers } from "./glob.ts";
import type { Fault } from "./plan.ts";

/** Something that a fault can happen to. */
export type FaultEvent = CallEvent | OperationEvent | SiteEvent;

interface Caller {
  readonly principal: Principal;
  /** Name of the resource that it is about. */
  readonly resource: string;
}

/** A call of a method, or a raw request (`{verb} {path}` in place of the method). */
export interface CallEvent extends Caller {
  readonly on: "call";
  readonly host: string;
  readonly method: string;
}

/** The beginning of a long-running operation; its resource is its target. */
export interface OperationEvent extends Caller {
  readonly on: "operation";
  readonly host: string;
  readonly kind: string;
}

/** A request to a URL of a service or function; its resource is the URL without the query. */
export interface SiteEvent extends Caller {
  readonly on: "site";
  readonly host: string;
}

/** Whether a fault is about an event, whatever the time. */
export function isAbout(fault: Fault, event: FaultEvent): boolean {
  if (fault.on !== event.on || !namesOf(event).some((name) => covers(fault.match, name))) return false;
  if (fault.resource !== undefined && !covers(fault.resource, event.resource)) return false;
  if (fault.caller === undefined) return event.principal.kind !== "system";
  return covers(fault.caller, emailOf(event.principal));
}

/** One text for events that draw alike: what happens, to which resource. */
export function drawKey(event: FaultEvent): string {
  return `${namesOf(event).at(-1)} ${event.resource}`;
}

/** The texts that a glob is held against. */
export function namesOf(event: FaultEvent): readonly string[] {
  const { host } = event;
  switch (event.on) {
    case "call":
      return [host, event.method, `${host}/${event.method}`];
    case "operation":
      return [host, event.kind, `${host}/${event.kind}`, `${host}/${event.kind}/${event.resource}`];
    case "site":
      return [host, event.resource];
  }
}
