import type { StorageClient } from "../../google/clients/storage.ts";
import { reasonsToAsk } from "../../plan/approval.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import type { PlanEffects } from "../../plan/digest.ts";
import { isKept } from "../../plan/kept.ts";
import { endsEarlier, lifeGiven } from "../../plan/life.ts";
import { lossesOf } from "../../plan/loss.ts";
import { scheduleLoss } from "../../plan/schedule-loss.ts";
import {
  loosenings,
  reasonsToKeep,
  reasonsToOutlive,
  stricterOf,
  type Terms,
  termChanges,
  termsOf,
  unreadableTerms,
} from "../../plan/terms.ts";
import { toDuration } from "../../spec/duration.ts";
import { parseSpec } from "../../spec/load.ts";
import { objectOf } from "../../spec/objects.ts";
import { SpecError } from "../../spec/problem.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan, StoredRequest } from "../entry/stored.ts";

/** The terms of an environment's stored spec, which bind whoever would change them; undefined before there is one. */
export async function storedTerms(
  storage: Pick<StorageClient, "readText">,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
): Promise<Terms | undefined> {
  return termsIn((await storage.readText(bucket, objectOf.spec(environment)))?.text);
}

/** The terms that the text of a stored spec has; undefined before there is one. */
export function termsIn(text: string | undefined): Terms | undefined {
  if (text === undefined) return undefined;
  try {
    return termsOf(parseSpec(text));
  } catch (caught) {
    if (caught instanceof SpecError) return unreadableTerms;
    throw caught;
  }
}

/** What a run is judged by. */
export interface Case {
  readonly run: Pick<Run, "action" | "environment">;
  readonly plan: StoredPlan;
  readonly request: StoredRequest;
  /** Of the stored spec. */
  readonly terms: Terms | undefined;
  readonly ledger: StoredEnvironment | undefined;
  /** Which rows the environment would answer without, its spec naming another database now. */
  readonly rowsLeft?: FieldChange;
}

/** The life that a run gives the environment; undefined when it gives none. */
export function lifeOf({ run, plan, request, ledger }: Case): { readonly seconds?: number } | undefined {
  if (!builds(run)) return undefined;
  return lifeGiven(ledger ?? {}, { asked: request.timeToLiveSeconds, spec: plan.timeToLiveSeconds });
}

function builds({ action }: Case["run"]): boolean {
  return action === "up" || action === "rebuild";
}

/** What a run would change that no step does: the terms of the environment, what its schedule costs, and when it ends. */
export function changesOfSpec(judged: Case): readonly Change[] {
  const { run, plan, terms, ledger, rowsLeft } = judged;
  if (!builds(run)) return [];
  const differing = run.action === "up" && terms ? knownOf(terms, termChanges(terms, plan)) : [];
  const given = lifeOf(judged);
  const isGiven = given !== undefined && ledger?.readyAt !== undefined;
  const life: FieldChange[] = isGiven
    ? [{ path: "timeToLive", from: toText(ledger.timeToLiveSeconds), to: toText(given.seconds) }]
    : [];
  const losses = [rowsLeft, lossBySchedule(judged)].filter((field) => field !== undefined);
  const fields = [...losses, ...differing, ...life];
  if (fields.length === 0) return [];
  const dataLoss = losses.length > 0 || (isGiven && endsEarlier(ledger, given.seconds));
  const effects = { dataLoss, downtime: false, costPerDay: 0, expectedSeconds: 0 };
  return [{ resource: objectOf.spec(run.environment), action: "update", fields, effects }];
}

/** What a schedule costs that is set with a first build is nothing yet. */
function lossBySchedule({ run, plan, terms, ledger }: Case): FieldChange | undefined {
  const hasRows = ledger?.readyAt !== undefined || ledger?.serves !== undefined;
  return run.action === "up" && terms && hasRows ? scheduleLoss(terms.rebuild, plan.rebuild) : undefined;
}

/** What is put in the place of terms that cannot be read is nobody's, and not told as if it had been. */
function knownOf(terms: Terms, fields: readonly FieldChange[]): readonly FieldChange[] {
  return terms === unreadableTerms ? fields.map((field) => ({ ...field, from: "cannot be read" })) : fields;
}

/**
 * Why somebody must be asked, each reason in a sentence: by the stricter of the stored and the new policy. A spec that does
 * nothing but tighten the terms is judged by those that it tightens.
 */
export function reasonsOf(judged: Case, effects: PlanEffects, told: readonly Change[]): string[] {
  const { run, plan, request, terms } = judged;
  const changes = told.filter((change) => !isKept(change));
  // The spec itself, which whoever may approve has seen, says when the environment ends.
  if (run.action === "plan" || request.expiry !== undefined || changes.length === 0) return [];
  const losses = [...lossesOf(changes), ...soonerEnd(judged)];
  if (terms === unreadableTerms) {
    return [
      "its stored spec cannot be read any more",
      ...(plan.approval ? reasonsToAsk(plan.approval, effects, losses) : []),
    ];
  }
  const looser = run.action === "up" && terms ? loosenings(terms, plan) : [];
  const isOnlySpec = changes.every(({ resource }) => resource === objectOf.spec(run.environment));
  const policy = terms && isOnlySpec && looser.length === 0 ? terms.approval : stricterOf(terms, plan.approval);
  const kept = terms ? reasonsToKeep(terms, looser) : [];
  return [...(policy ? reasonsToAsk(policy, effects, losses) : []), ...kept, ...longerLife(judged)];
}

/** A life that the request gives: the spec's own is judged with the spec. */
function longerLife(judged: Case): readonly string[] {
  const { plan, request, terms } = judged;
  const isAsked = request.timeToLiveSeconds !== undefined && lifeOf(judged) !== undefined;
  return isAsked ? reasonsToOutlive(terms ?? plan, request.timeToLiveSeconds) : [];
}

/** That rows are lost for a shorter life alone is not plain from that they are. */
function soonerEnd(judged: Case): readonly string[] {
  const { seconds } = lifeOf(judged) ?? {};
  const { expiresAt, timeToLiveSeconds: known } = judged.ledger ?? {};
  if (seconds === undefined || !endsEarlier(judged.ledger ?? {}, seconds)) return [];
  const given = known !== undefined && seconds < known ? toDuration(known) : "what it was extended to";
  return [`it ends sooner: ${expiresAt === undefined ? "never" : given} → ${toDuration(seconds)}`];
}

function toText(seconds: number | undefined): string {
  return seconds === undefined ? "none: it is kept" : toDuration(seconds);
}
