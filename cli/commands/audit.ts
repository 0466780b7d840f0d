import { writeFile } from "node:fs/promises";
import { gatherEvidence } from "../audit/evidence.ts";
import { type AuditedBucket, readChain, toRecord } from "../audit/records.ts";
import { verifyChain } from "../audit/verify.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { type AuditRow, renderAudit, toAuditRow } from "../view/audit.ts";

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

/** Checks that no record of an environment was changed, removed or left out. */
export async function verifyAudit(
  bucket: AuditedBucket,
  { environment, head: noted }: { readonly environment: string; readonly head?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const verification = await verifyChain(bucket, environment, noted);
  terminal.answer(verification ?? { environment, valid: true, verified: 0, records: 0 });
  if (!verification) {
    terminal.say([`${environment}: nothing is recorded.`]);
    return exitCodes.ok;
  }
  const { valid, verified, records, head, broken } = verification;
  if (valid) {
    terminal.say([
      `${environment}: all ${records} records are as they were written.`,
      ...(head ? [`Head: ${head.record}`, `  ${head.sha256}`] : []),
      "Note the head elsewhere; `--head` proves later that none was cut off.",
    ]);
    return exitCodes.ok;
  }
  terminal.complain([
    `${environment}: the chain is broken after ${verified} of ${records} records.`,
    `First broken link: ${broken?.object}`,
    `  ${broken?.problem}`,
    "Earlier versions of the object may tell what it was: `gcloud storage ls -a`.",
  ]);
  return exitCodes.failed;
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
    return exitCodes.unavailable;
  }
  terminal.answer(evidence);
  if (terminal.json) return exitCodes.ok;
  await writeFile(out, `${JSON.stringify(evidence, undefined, 2)}\n`, { flag: "wx" });
  terminal.say([`Evidence of ${run}: ${out}`]);
  return exitCodes.ok;
}

/** What cannot be read may belong to any time. */
function isWithin(
  { time }: AuditRow,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: AuditOptions,
) {
  const at = time === undefined ? undefined : Date.parse(time) / 1000;
  return at === undefined || (at >= from && at < to);
}
