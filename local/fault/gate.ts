import type { ApiError } from "../error.ts";
import type { Projects } from "../projects.ts";
import { excessOf, takes } from "./allocations.ts";
import { type Flow, suffer } from "./effect.ts";
import { type CallEvent, namesOf, type OperationEvent, type SiteEvent } from "./event.ts";
import { openPlan } from "./faults.ts";
import { covers } from "./glob.ts";
import type { ErrorEffect, Fault } from "./plan.ts";
import { createRates } from "./rates.ts";
import { createTaker, type TakeContext } from "./take.ts";

/** A call, or a raw request, on its way to its handler. */
export interface GatedCall extends CallEvent {
  /** Project that it counts for, by id or number, when there is one. */
  readonly projectId?: string;
}

/** How something passes, and who wants to know of a fault. */
export interface Passage extends Flow {
  readonly onFault: (fault: Fault) => void;
}

/** Where calls, operations and requests to sites meet the fault plan and the quotas. */
export interface FaultGate {
  /** Whether nothing is planned, so that nobody need ask further. */
  isOpen(): boolean;
  /** @throws ApiError */
  call<T>(call: GatedCall, passage: Passage, work: () => Promise<T> | T): Promise<T>;
  /** The fault that a request to a site meets. */
  take(event: SiteEvent): Fault | undefined;
  /** The fault that an operation meets that begins now. */
  begin(event: OperationEvent): Pick<Fault, "id" | "effect"> | undefined;
}

/** Makes the gate of a local cloud. */
export function createFaultGate(context: TakeContext & { readonly projects: Projects }): FaultGate {
  const { store, projects } = context;
  const kept = openPlan(store);
  const take = createTaker(context);
  const count = createRates(context);

  /** What the local cloud does for its own sake costs nobody's quota. */
  function demandRate(call: GatedCall): void {
    const project = projects.find(call.projectId ?? "");
    if (!project || call.principal.kind === "system") return;
    const { projectId, projectNumber } = project;
    const names = namesOf(call);
    for (const rate of kept.plan().rates) {
      if (!covers(rate.project, projectId) || !names.some((name) => covers(rate.match, name))) continue;
      count(rate, { host: call.host, projectId, projectNumber });
    }
  }

  /** A limit that an operation runs into, as the fault of its ending. */
  function exceeded({ host, kind, resource }: OperationEvent): Pick<Fault, "id" | "effect"> | undefined {
    const project = /^projects\/([^/]+)/.exec(resource)?.[1] ?? "";
    for (const { id, metric, limit, project: glob } of kept.plan().limits) {
      if (!covers(glob, project) || !takes(metric, `${host}/${kind}`)) continue;
      const error = excessOf(store, { metric, limit, project, name: resource });
      if (error) return { id, effect: toEffect(error) };
    }
    return undefined;
  }

  return {
    isOpen() {
      const { faults, rates, limits } = kept.plan();
      return faults.length === 0 && rates.length === 0 && limits.length === 0;
    },
    async call(call, passage, work) {
      demandRate(call);
      const fault = take(call);
      if (fault) passage.onFault(fault);
      return await suffer(fault?.effect, passage, work);
    },
    take,
    begin: (event) => exceeded(event) ?? take(event),
  };
}

function toEffect({ code, message, httpStatus, reason, details }: ApiError): ErrorEffect {
  return { kind: "error", code, message, httpStatus, reason, details };
}
