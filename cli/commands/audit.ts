import { writeFile } from "node:fs/promises";
import { commandLine } from "../../spec/command-line.ts";
import { objectOf, recordsOf } from "../../spec/objects.ts";
import { gatherEvidence } from "../audit/evidence.ts";
import { type AuditedBucket, readChain, toRecord } from "../audit/records.ts";
import { type Verification, verifyChain } from "../audit/verify.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { type AuditRow, renderAudit, toAuditRow } from "../view/audit.ts";
import { formatTime } from "../view/time.ts";
import { renderWay } from "../view/way.ts";

/** Which records are listed, in seconds since the epoch; all when omitted. */
export interface AuditOptions {
  readonly environment: string;
  /** The first moment that counts. */
  readonly from?: number;
  /** The first moment that counts no more. */
  readonly to?: number;
  /** Whether people are shown more than fit on a phone. */
  readonly all?: boolean;
}

/** How many records fit on a phone. */
const shownRecords = 5;

/** Lists who changed an environment, when, by whose leave and to what end; read from the bucket, first to last. */
export async function audit(bucket: AuditedBucket, options: AuditOptions, terminal: Terminal): Promise<ExitCode> {
  const { environment } = options;
  const chain = await readChain(bucket, environment);
  if (!chain && !(await isAskedFor(bucket, environment))) return complainUnknown(environment, terminal);
  const rows = (chain ?? []).map((link) => toAuditRow(link.record, toRecord(link)));
  const chosen = rows.filter((row) => isWithin(row, options));
  terminal.answer({ environment, records: chosen });
  const shown = options.all ? chosen : chosen.slice(-shownRecords);
  const earlier = chosen.length - shown.length;
  terminal.say([
    ...(earlier > 0 ? [`${earlier} earlier: the same with --all`] : []),
    ...(shown.length > 0 ? renderAudit(shown) : [`${environment}: nothing is recorded for that time.`]),
  ]);
  return exitCodes.ok;
}

/** Checks that no record of an environment was changed, removed, left out or made up. */
export async function verifyAudit(
  { executions, log, place, ...bucket }: Pick<Installation, "executions" | "log" | "place" | "storage" | "bucket">,
  { environment, head: noted }: { readonly environment: string; readonly head?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const verification = await verifyChain(bucket, environment, { head: noted, executions, log });
  if (!verification) return complainUnknown(environment, terminal);
  terminal.answer(verification);
  const { valid, verified, records, head, broken } = verification;
  if (valid) {
    terminal.say([
      `${environment}: all ${records} records are as they were written.`,
      ...renderAnchor(verification),
      ...renderLogged(verification),
      ...(head ? [`Head: ${head.record}`, `  ${head.sha256}`] : []),
      "Note the head elsewhere; `--head` proves later that none was cut off.",
    ]);
    return exitCodes.ok;
  }
  terminal.complain([
    `${environment}: the chain is broken after ${verified} of ${records} records.`,
    `First broken link: ${broken?.object}`,
    `  ${broken?.problem}`,
    ...(broken?.unrecorded === undefined
      ? []
      : renderWay("If that was so, record it", commandLine(place, "cancel", broken.unrecorded))),
    "Earlier versions of the object may tell what it was: `gcloud storage ls -a`.",
  ]);
  return exitCodes.broken;
}

/** Whether a run of an environment was requested, though nothing of it is recorded yet. */
async function isAskedFor({ storage, bucket }: AuditedBucket, environment: string): Promise<boolean> {
  const places = [objectOf.open(environment), objectOf.spec(environment), recordsOf(environment)];
  const found = await Promise.all(places.map((place) => storage.listObjects(bucket, place)));
  return found.some((objects) => objects.length > 0);
}

function complainUnknown(environment: string, terminal: Terminal): ExitCode {
  terminal.complain([`no environment ${environment} is known here: nothing was ever requested or recorded of it`]);
  return exitCodes.unknown;
}

/** What executions say, and how far back: of what is older the bucket alone, and a head that was noted, can tell. */
function renderAnchor({ confirmed, since, mute = [] }: Verification): readonly string[] {
  if (confirmed === undefined) {
    return ["Whether executions say the same could not be seen: that takes `roles/workflows.viewer`."];
  }
  return [
    since === undefined
      ? "No execution of it that has ended is kept, which could say the same."
      : `${confirmed} have the hash that their execution's own result says; none is missing since ${formatTime(since)}.`,
    "Google keeps executions for 90 days; of what is older only the bucket and a noted head tell.",
    ...(mute.length > 0 ? [`Ended before they could say anything: ${mute.join(", ")}`] : []),
  ];
}

/** What the log says, which has changes too that are of no run. */
function renderLogged({ logged }: Verification): readonly string[] {
  return logged === undefined
    ? ["Whether the log says the same could not be seen: that takes `roles/logging.viewer`."]
    : [
        `${logged} have the hash that was logged when they were made; the log is kept for 30 days unless told otherwise.`,
      ];
}

/** Writes all that is known of a run into one file. */
export async function writeEvidence(
  bucket: AuditedBucket,
  { run, out = `evidence-${run}.json` }: { readonly run: string; readonly out?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const evidence = await gatherEvidence(bucket, run);
  if (!evidence) {
    terminal.complain([`no run ${run} was requested here`]);
    return exitCodes.unknown;
  }
  terminal.answer(evidence);
  if (terminal.json) return exitCodes.ok;
  const problem = await writeNew(out, `${JSON.stringify(evidence, undefined, 2)}\n`);
  if (problem) {
    terminal.complain([`${out}: ${problem}`]);
    return exitCodes.invalid;
  }
  terminal.say([`Evidence of ${run}: ${out}`]);
  return exitCodes.ok;
}

/** Why a file cannot be made, by the system's own name for it. */
const problems: Readonly<Record<string, string>> = {
  EEXIST: "there is such a file already, which stays as it is",
  ENOENT: "its folder is not there",
  ENOTDIR: "its folder is not there",
  EACCES: "it may not be written there",
};

/** Writes a file that is not there yet; gives what keeps it from that. */
async function writeNew(file: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return undefined;
  } catch (caught) {
    const code = typeof caught === "object" && caught !== null && "code" in caught ? String(caught.code) : "";
    const problem = problems[code];
    if (problem === undefined) throw caught;
    return problem;
  }
}

/** What cannot be read may belong to any time. */
function isWithin(
  { time }: AuditRow,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: AuditOptions,
) {
  const at = time === undefined ? undefined : Date.parse(time) / 1000;
  return at === undefined || (at >= from && at < to);
}
