import { canonicalJson, sha256 } from "../spec/names.ts";
import type { Deciders } from "./approval.ts";
import type { Change } from "./change.ts";
import { costOf, type PriceSource } from "./cost.ts";
import { expectedDuration } from "./duration.ts";
import type { Generations, Level } from "./generation.ts";
import { isKept } from "./kept.ts";
import { withNewImage } from "./new-image.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { onlyOnce, type StandingResource, type StepChange, standingOf, stayingAfter } from "./standing.ts";
import { type StepName, stepNames } from "./step.ts";
import type { UnfinishedRebuild } from "./unfinished.ts";

/** One change and the step that would make it; `spec` for what only the stored spec says, such as who must approve. */
export interface PlannedChange extends Change {
  readonly step: StepName | "spec";
}

/** What all changes together mean to people. */
export interface PlanEffects {
  /** Whether rows are lost. */
  readonly dataLoss: boolean;
  /** Whether the environment does not answer meanwhile. */
  readonly downtime: boolean;
  /** USD a day by list price, while nothing is asked of the environment. */
  readonly costPerDay: PriceSource & { readonly before: number; readonly after: number };
  /** Seconds of the longest chain of steps that change something. */
  readonly expectedSeconds: number;
}

/** What a run would do, as observed: stored under its hash, which approvals and `up --plan` name. */
export interface Digest {
  readonly environment: string;
  readonly action: "up" | "rebuild" | "down" | "plan";
  readonly level: Level;
  /** Hash of the plan that was made from the spec. */
  readonly planHash: string;
  /** What serves afterwards. */
  readonly generations: Generations;
  /** In the order of the plan; what stays as it is is left out. */
  readonly changes: readonly PlannedChange[];
  readonly effects: PlanEffects;
  /** Seconds that the environment lives from when the run makes it ready; absent where the run gives it no other end. */
  readonly timeToLiveSeconds?: number;
  /**
   * What older plans of the environment made, and this one does not name: it is billed until something removes it, as a
   * removal does. Absent when there is none.
   */
  readonly standing?: readonly StandingResource[];
  /**
   * A rebuild that has left a second cluster, as far as is known: nobody has looked whether it stands. It is counted as billed
   * before and afterwards. Absent when there is none, or the changes tell what becomes of it.
   */
  readonly unfinished?: UnfinishedRebuild;
  /** Why somebody must approve it, each reason in a sentence; empty when nobody must. */
  readonly reasons: readonly string[];
  /** Who decides; absent when nobody must. */
  readonly deciders?: Deciders;
  /** Why protection refuses it, in a sentence; absent when it does not. */
  readonly refused?: string;
  /** SHA-256, in hexadecimal, of all else but durations, and with a removal what served: it takes all that its changes name. */
  readonly changesHash: string;
}

/** What a digest is made of. */
export interface Observations
  extends Pick<Digest, "action" | "level" | "generations" | "timeToLiveSeconds" | "unfinished"> {
  readonly plan: Pick<Plan, "environment" | "hash" | "region" | "steps">;
  /** The steps of all that the environment consists of, where the run takes some alone; those of the plan unless given. */
  readonly whole?: Plan["steps"];
  /** What each step's `plan` has told. */
  readonly changes: Partial<Record<PlannedChange["step"], readonly Change[]>>;
  /** What removing the parts of older plans would delete. */
  readonly older?: readonly StepChange[];
  /** Why somebody must approve what has these effects. */
  readonly reasonsOf?: (effects: PlanEffects, changes: readonly PlannedChange[]) => readonly string[];
  /** Why protection refuses these changes. */
  readonly refusalOf?: (changes: readonly PlannedChange[]) => string | undefined;
  /** Who decides, should there be a reason. */
  readonly deciders?: Deciders;
}

/** Adds up what the steps would change. The same observations give the same hash. */
export function digestOf(observations: Observations): Digest {
  const { plan, action, level, generations, timeToLiveSeconds, reasonsOf } = observations;
  const planned = plannedOf(observations);
  const { unfinished, whole = plan.steps } = observations;
  const standing = action === "down" ? [] : standingOf(observations.older ?? [], { steps: whole });
  const effects = effectsOf(planned, { plan, action, whole, standing, unfinished });
  const staying = stayingAfter(standing, planned);
  const reasons = reasonsOf?.(effects, planned) ?? [];
  const refused = observations.refusalOf?.(planned);
  const content = {
    ...{ environment: plan.environment, action, level, planHash: plan.hash },
    ...(timeToLiveSeconds !== undefined && { timeToLiveSeconds }),
    ...(staying.length > 0 && { standing: staying }),
    ...(unfinished && { unfinished }),
    ...(refused !== undefined && { refused }),
  };
  const timeless = planned.map(({ effects: { dataLoss, downtime, costPerDay }, ...rest }) => ({
    ...rest,
    effects: { dataLoss, downtime, costPerDay },
  }));
  const decision = { reasons, ...(reasons.length > 0 && { deciders: observations.deciders }) };
  const changesHash = sha256(
    canonicalJson({
      ...content,
      ...(action !== "down" && { generations }),
      ...{ changes: timeless, costPerDay: effects.costPerDay },
      ...decision,
    }),
  );
  return { ...content, generations, changes: planned, effects, ...decision, changesHash };
}

/** What changes, in the order of the steps. A removal takes down what older plans made, too. */
function plannedOf({ plan, action, changes, older = [] }: Observations): readonly PlannedChange[] {
  const told = action === "down" ? changes : withNewImage(changes, plan);
  const besides = action === "down" ? older : [];
  const all = (["spec", ...stepNames] as const).flatMap((step) => [
    ...(told[step] ?? []).map((change) => ({ step, ...change })),
    ...besides.filter((change) => change.step === step),
  ]);
  const some = all.filter((change) => change.action !== "none" || isKept(change));
  return besides.length > 0 ? onlyOnce(some) : some;
}

function effectsOf(
  changes: readonly PlannedChange[],
  {
    plan,
    action,
    whole,
    standing,
    unfinished,
  }: Pick<Observations, "plan" | "action" | "unfinished"> & {
    readonly whole: Plan["steps"];
    readonly standing: readonly StandingResource[];
  },
): PlanEffects {
  const difference = changes.reduce((sum, { effects }) => sum + effects.costPerDay, 0);
  const { steps, source } = costOf({ steps: whole, region: plan.region });
  // Nothing is rounded before the end, or nothing at all would seem to cost a cent.
  const planned = action === "down" ? 0 : sumOf(steps.map(({ usdPerDay }) => usdPerDay));
  const costOfAll = (resources: readonly StandingResource[]) => sumOf(resources.map(({ costPerDay }) => costPerDay));
  const { costPerDay: unseen = 0 } = unfinished ?? {};
  const before = Math.max(0, planned - difference) + costOfAll(standing) + unseen;
  const after = planned + costOfAll(stayingAfter(standing, changes)) + unseen;
  return {
    dataLoss: changes.some(({ effects }) => effects.dataLoss),
    downtime: changes.some(({ effects }) => effects.downtime),
    costPerDay: { before: toCents(before), after: toCents(after), ...source },
    expectedSeconds: Math.round(secondsOf(changes, plan, action)),
  };
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/**
 * A step that changes nothing takes no time; one that does takes as long as its longest change. A new revision is proved and
 * given traffic as well, which no plan tells as changes.
 */
function secondsOf(
  changes: readonly PlannedChange[],
  { steps }: Observations["plan"],
  action: Digest["action"],
): number {
  const longest = (step: StepName) =>
    Math.max(0, ...changes.filter((change) => change.step === step).map(({ effects }) => effects.expectedSeconds));
  const isNew =
    action !== "down" &&
    changes.some(
      ({ step, fields, action: kind }) =>
        step === "service" && (kind === "create" || fields.some(({ path }) => path === "template.revision")),
    );
  const secondsOfStep = ({ name, expectedSeconds }: PlanStep) =>
    isNew && (name === "verify" || name === "traffic") ? expectedSeconds : longest(name);
  const { seconds } = expectedDuration({
    steps: steps.map((step) => ({ ...step, expectedSeconds: secondsOfStep(step) })),
  });
  // Steps that only an older plan has are needed by none.
  return Math.max(seconds, ...changes.map(({ effects }) => effects.expectedSeconds));
}

function toCents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
