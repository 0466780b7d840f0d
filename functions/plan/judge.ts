import type { StorageClient } from "../../google/clients/storage.ts";
import { reasonsToAsk } from "../../plan/approval.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import type { PlanEffects } from "../../plan/digest.ts";
import { endsEarlier, lifeGiven } from "../../plan/life.ts";
import { seedLossesOf } from "../../plan/seed-loss.ts";
import { loosenings, reasonsToKeep, stricterOf, type Terms, termsOf, unreadableTerms } from "../../plan/terms.ts";
import { toDuration } from "../../spec/duration.ts";
import { parseSpec } from "../../spec/load.ts";
import { SpecError } from "../../spec/problem.ts";
import type { Run } from "../contract.ts";
import type { StoredEnvironment, StoredPlan, StoredRequest } from "../entry/stored.ts";

/** The terms of an environment's stored spec, which bind whoever would change them; undefined before there is one. */
export async function storedTerms(
  storage: Pick<StorageClient, "readText">,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
): Promise<Terms | undefined> {
  const found = await storage.readText(bucket, `specs/${environment}.yaml`);
  if (!found) return undefined;
  try {
    return termsOf(parseSpec(found.text));
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
}

/** What a run would change that no step does: the terms of the environment, and when it ends. */
export function changesOfSpec({ run, plan, request, terms, ledger }: Case): readonly Change[] {
  if (run.action !== "up" && run.action !== "rebuild") return [];
  const looser = run.action === "up" && terms ? loosenings(terms, plan) : [];
  const given = lifeGiven(ledger ?? {}, { asked: request.timeToLiveSeconds, spec: plan.timeToLiveSeconds });
  const isGiven = given !== undefined && ledger?.readyAt !== undefined;
  const life: FieldChange[] = isGiven
    ? [{ path: "timeToLive", from: toText(ledger.timeToLiveSeconds), to: toText(given.seconds) }]
    : [];
  const fields = [...looser, ...life];
  if (fields.length === 0) return [];
  const dataLoss = isGiven && endsEarlier(ledger, given.seconds);
  const effects = { dataLoss, downtime: false, costPerDay: 0, expectedSeconds: 0 };
  return [{ resource: `specs/${run.environment}.yaml`, action: "update", fields, effects }];
}

/** Why somebody must be asked, each reason in a sentence: by the stricter of the stored and the new policy. */
export function reasonsOf(
  { run, plan, request, terms }: Case,
  effects: PlanEffects,
  changes: readonly Change[],
): string[] {
  // The spec itself, which whoever may approve has seen, says when the environment ends.
  if (run.action === "plan" || request.expiry !== undefined || changes.length === 0) return [];
  const policy = stricterOf(terms?.approval, plan.approval);
  const kept = run.action === "up" && terms ? reasonsToKeep(terms, loosenings(terms, plan)) : [];
  const unread = terms === unreadableTerms ? ["its stored spec cannot be read any more"] : [];
  return [...unread, ...(policy ? reasonsToAsk(policy, effects, seedLossesOf(changes)) : []), ...kept];
}

function toText(seconds: number | undefined): string {
  return seconds === undefined ? "none: it is kept" : toDuration(seconds);
}
