import type { StorageClient } from "../../google/clients/storage.ts";
import { inputOf } from "../../plan/step-input.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { RebuildOutcome } from "../api.ts";
import type { Run } from "../contract.ts";
import { readLedger } from "../entry/ledger.ts";
import type { RunRecord, RunResult } from "../entry/stored.ts";
import { readPlan } from "../entry/stored-plan.ts";
import { readyPlanOf } from "../plan/ready-plan.ts";
import { minutesOf, usualMinutes } from "./usual.ts";

/** What the last event of a rebuild tells beside the rest. */
export interface RebuildTold {
  /** Absent when it could not be asked whether anything answers. */
  readonly outcome?: RebuildOutcome;
  readonly minutes: number;
  /** Absent when none of the kind has succeeded before. */
  readonly usualMinutes?: number;
  /** All of that in a sentence or two. */
  readonly summary: string;
}

/** A rebuild that has ended. */
export interface EndedRebuild {
  readonly bucket: string;
  readonly run: Run;
  readonly result: RunResult;
  readonly reports: RunRecord["reports"];
  /** Whether the environment answered the plan's smoke test afterwards, be it otherwise; asked after a failure only. */
  readonly answers?: boolean | "otherwise";
}

/** What came of a rebuild: the new serves, the old does, or nothing. Undefined for a run that was not to rebuild, or did not. */
export async function tellRebuild(
  storage: Pick<StorageClient, "readText">,
  ended: EndedRebuild,
): Promise<RebuildTold | undefined> {
  const { bucket, run, result } = ended;
  if (result.action !== "rebuild" || (result.state !== "succeeded" && result.state !== "failed")) return undefined;
  // One that was taken down before it could begin has built nothing, and broken nothing.
  if (endedBy(result, "GONE")) return undefined;
  const outcome = await outcomeOf(storage, ended);
  const usual = await usualMinutes(storage, bucket, run);
  const told = { outcome, minutes: minutesOf(result), ...(usual !== undefined && { usualMinutes: usual }) };
  return { ...told, summary: summarize(ended, told) };
}

async function outcomeOf(
  storage: Pick<StorageClient, "readText">,
  ended: EndedRebuild,
): Promise<RebuildOutcome | undefined> {
  const { result, reports, answers } = ended;
  if (result.state === "succeeded") return "ready";
  // What another run has made serves then, perhaps under a name that the plan of this one does not have.
  if (answers === undefined || endedBy(result, "OVERTAKEN")) return undefined;
  const isNew = reports.traffic?.state === "done";
  if (answers === true) return isNew ? "ready" : "kept-old";
  const isUnproven = answers === "otherwise" && !isNew && !(await isProvenAlike(storage, ended));
  return isUnproven ? "kept-unproven" : "broken";
}

/** Whether the run as a whole ended for a reason. */
function endedBy({ failures: { workflow } }: RunResult, wanted: string): boolean {
  return workflow?.details?.some(({ reason }) => reason === wanted) ?? false;
}

/** Whether what serves has passed the same smoke test when it was made ready. */
async function isProvenAlike(
  storage: Pick<StorageClient, "readText">,
  { bucket, run }: EndedRebuild,
): Promise<boolean> {
  const ledger = await readLedger(storage, bucket, run.environment);
  const [before, now] = await Promise.all([
    readyPlanOf(storage, { bucket, ledger: ledger?.value }),
    readPlan(storage, bucket, run.planHash),
  ]);
  return Boolean(before && now) && canonicalJson(inputOf(before, "verify")) === canonicalJson(inputOf(now, "verify"));
}

const meanings: Readonly<Record<RebuildOutcome, string>> = {
  ready: "what was built anew serves",
  "kept-old": "what served before goes on serving",
  "kept-unproven": "what serves answers, but does not pass the smoke test",
  broken: "it does not answer as it should",
};

function summarize({ run, result }: EndedRebuild, told: Omit<RebuildTold, "summary">): string {
  const { outcome, minutes, usualMinutes: usual } = told;
  const time = `${minutes} min${usual === undefined ? "" : `, usually ${usual} min`}`;
  const subject = `Rebuild ${run.level} of ${run.environment}: ${outcome?.replace("-", " ") ?? result.state} (${time})`;
  const [failed] = Object.entries(result.failures);
  if (!failed) return `${subject}.`;
  const [step, { message }] = failed;
  const unknown = endedBy(result, "OVERTAKEN")
    ? "what another run has made stands, and this one is not gone on with"
    : "whether it answers could not be asked";
  const meaning = outcome === undefined ? unknown : meanings[outcome];
  return `${subject}; ${meaning}. It failed at ${step}: ${message ?? "no message"}`;
}
