import type { StorageClient } from "../../google/clients/storage.ts";
import type { RebuildOutcome } from "../api.ts";
import type { Run } from "../contract.ts";
import type { RunRecord, RunResult } from "../entry/stored.ts";
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
  /** Whether the environment answered its smoke test afterwards; asked after a failure only. */
  readonly answers?: boolean;
}

/** What came of a rebuild: the new serves, the old does, or nothing. Undefined for a run that was not to rebuild, or did not. */
export async function tellRebuild(
  storage: Pick<StorageClient, "readText">,
  ended: EndedRebuild,
): Promise<RebuildTold | undefined> {
  const { bucket, run, result } = ended;
  if (result.action !== "rebuild" || (result.state !== "succeeded" && result.state !== "failed")) return undefined;
  const outcome = outcomeOf(ended);
  const usual = await usualMinutes(storage, bucket, run);
  const told = { outcome, minutes: minutesOf(result), ...(usual !== undefined && { usualMinutes: usual }) };
  return { ...told, summary: summarize(ended, told) };
}

function outcomeOf({ result, reports, answers }: EndedRebuild): RebuildOutcome | undefined {
  if (result.state === "succeeded") return "ready";
  if (answers === undefined) return undefined;
  if (!answers) return "broken";
  return reports.traffic?.state === "done" ? "ready" : "kept-old";
}

const meanings: Readonly<Record<RebuildOutcome, string>> = {
  ready: "what was built anew serves",
  "kept-old": "what served before goes on serving",
  broken: "it does not answer",
};

function summarize({ run, result }: EndedRebuild, told: Omit<RebuildTold, "summary">): string {
  const { outcome, minutes, usualMinutes: usual } = told;
  const time = `${minutes} min${usual === undefined ? "" : `, usually ${usual} min`}`;
  const subject = `Rebuild ${run.level} of ${run.environment}: ${outcome?.replace("-", " ") ?? result.state} (${time})`;
  const [failed] = Object.entries(result.failures);
  if (!failed) return `${subject}.`;
  const [step, { message }] = failed;
  const meaning = outcome === undefined ? "whether it answers could not be asked" : meanings[outcome];
  return `${subject}; ${meaning}. It failed at ${step}: ${message ?? "no message"}`;
}
