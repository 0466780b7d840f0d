import type { Clock } from "../clock.ts";
import { ApiError } from "../error.ts";
import type { Json } from "../json.ts";
import type { Store } from "../store.ts";
import { covers } from "./glob.ts";
import { parsePlan, type Unnamed } from "./parse.ts";
import type { AllocationQuota, Fault, FaultPlan, RateQuota } from "./plan.ts";

/** The faults of a local cloud: what is planned, and what came of it. */
export interface Faults {
  /** @throws ApiError ALREADY_EXISTS for an id that is planned, INVALID_ARGUMENT for what no fault can be */
  add(fault: Unnamed<Fault>): Fault;
  addRate(rate: Unnamed<RateQuota>): RateQuota;
  addLimit(limit: Unnamed<AllocationQuota>): AllocationQuota;
  /** Adds a plan as JSON has it. @returns the ids of its rules */
  load(plan: Json): readonly string[];
  /** All that is planned, as `load` takes it. */
  plan(): FaultPlan;
  /** How often each fault was met by an event of its kind, and how often it happened. */
  uses(): readonly FaultUse[];
  /** @returns whether there was one */
  remove(id: string): boolean;
  clear(): void;
}

/** What came of a fault. */
export interface FaultUse {
  readonly id: string;
  readonly matched: number;
  readonly applied: number;
}

/** A fault as it is kept. */
export interface PlannedFault extends Fault {
  /** Clock time in milliseconds since the epoch. */
  readonly plannedAt: number;
}

/** The plan as it is kept: one value, so that its order is kept too. */
export interface KeptPlan {
  readonly faults: readonly PlannedFault[];
  readonly rates: readonly RateQuota[];
  readonly limits: readonly AllocationQuota[];
}

const emptyPlan: KeptPlan = { faults: [], rates: [], limits: [] };

/** The plan of a store, and how often its faults were met. */
export function openPlan(store: Store) {
  const plans = store.collection<KeptPlan>("faults.plan");
  const uses = store.collection<FaultUse>("faults.uses");
  return {
    plan: () => plans.get("plan") ?? emptyPlan,
    save: (plan: KeptPlan) => void plans.put("plan", plan),
    use: (id: string) => uses.get(id) ?? { id, matched: 0, applied: 0 },
    note: (use: FaultUse) => void uses.put(use.id, use),
    forget: (id: string) => uses.delete(id),
  };
}

/** The smallest limit that is planned for what a project may have of something; `undefined` when there is none. */
export function plannedLimit(store: Store, metric: string, project: string): number | undefined {
  const { limits } = openPlan(store).plan();
  const found = limits.filter((one) => one.metric === metric && covers(one.project, project));
  return found.length === 0 ? undefined : Math.min(...found.map(({ limit }) => limit));
}

/** Makes the faults of a local cloud; they are kept in its store. */
export function createFaults({ store, clock }: { readonly store: Store; readonly clock: Clock }): Faults {
  const kept = openPlan(store);

  function addAll(plan: Json): readonly string[] {
    const parsed = parsePlan(plan);
    const taken = new Set(idsOf(kept.plan()));
    const named = <Rule extends { readonly id?: string }>(rules: readonly Rule[], kind: string) =>
      rules.map((rule) => ({ ...rule, id: takeId(taken, rule.id, kind) }));
    const faults = named(parsed.faults, "fault").map((fault) => ({ ...fault, plannedAt: clock.now() }));
    const added = { faults, rates: named(parsed.rates, "rate"), limits: named(parsed.limits, "limit") };
    const before = kept.plan();
    kept.save({
      faults: [...before.faults, ...added.faults],
      rates: [...before.rates, ...added.rates],
      limits: [...before.limits, ...added.limits],
    });
    return idsOf(added);
  }

  const planned = (): FaultPlan => {
    const { faults, rates, limits } = kept.plan();
    return { faults: faults.map(({ plannedAt: _, ...fault }) => fault), rates, limits };
  };

  /** Adds one rule by the way that files take, so that a rule is checked alike from wherever it comes. */
  function addOne<Part extends keyof FaultPlan>(part: Part, rule: object): FaultPlan[Part][number] {
    const [id] = addAll({ [part]: [rule as Json] });
    const added = planned()[part].find((one) => one.id === id);
    if (!added) throw new Error(`the rule ${id} was not kept`);
    return added;
  }

  return {
    add: (fault) => addOne("faults", fault),
    addRate: (rate) => addOne("rates", rate),
    addLimit: (limit) => addOne("limits", limit),
    load: addAll,
    plan: planned,
    uses: () => kept.plan().faults.map(({ id }) => kept.use(id)),
    remove(id) {
      const { faults, rates, limits } = kept.plan();
      const isOther = (rule: { readonly id: string }) => rule.id !== id;
      if (![...faults, ...rates, ...limits].some((rule) => rule.id === id)) return false;
      kept.save({ faults: faults.filter(isOther), rates: rates.filter(isOther), limits: limits.filter(isOther) });
      kept.forget(id);
      return true;
    },
    clear() {
      for (const id of idsOf(kept.plan())) kept.forget(id);
      kept.save(emptyPlan);
    },
  };
}

function idsOf({ faults, rates, limits }: FaultPlan): string[] {
  return [...faults, ...rates, ...limits].map(({ id }) => id);
}

/** The id given, or the first free one of its kind. */
function takeId(taken: Set<string>, given: string | undefined, kind: string): string {
  if (given !== undefined && taken.has(given)) {
    throw new ApiError({ code: "ALREADY_EXISTS", message: `${given} is planned already` });
  }
  const id = given ?? firstFree(taken, kind);
  taken.add(id);
  return id;
}

function firstFree(taken: ReadonlySet<string>, kind: string): string {
  for (let number = 1; ; number += 1) if (!taken.has(`${kind}-${number}`)) return `${kind}-${number}`;
}
