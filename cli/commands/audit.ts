import { writeFile } from "node:fs/promises";
import { gatherEvidence } from "../audit/evidence.ts";
import { readChain, toRecord } from "../audit/records.ts";
import { verifyChain } from "../audit/verify.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findInstallation, type Place } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { type AuditRow, renderAudit, toAuditRow } from "../view/audit.ts";

/** Which records are listed, in seconds since the epoch; all when omitted. */
export interface AuditOptions extends Place {
  /** The first moment that counts. */
  readonly from?: number;
  /** The first moment that counts no more. */
  readonly to?: number;
}

/** Lists who changed an environment, when, by whose leave and to what end; read from the bucket, first to last. */
export async function audit(environment: string, options: AuditOptions, terminal: Terminal): Promise<ExitCode> {
  const chain = await readChain(await findInstallation(options), environment);
  const rows = (chain ?? []).map((link) => toAuditRow(link.record, toRecord(link)));
  const chosen = rows.filter((row) => isWithin(row, options));
  terminal.answer({ environment, records: chosen });
  terminal.say(chosen.length > 0 ? renderAudit(chosen) : [`${environment}: nothing is recorded for that time.`]);
  return exitCodes.ok;
}

/** Checks that no record of an environment was changed, removed or left out. */
export async function verifyAudit(
  environment: string,
  options: Place & { readonly head?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const verification = await verifyChain(await findInstallation(options), environment, options.head);
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
  run: string,
  options: Place & { readonly out?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const evidence = await gatherEvidence(await findInstallation(options), run);
  if (!evidence) {
    terminal.complain([`no run ${run} was requested here`]);
    return exitCodes.unavailable;
  }
  terminal.answer(evidence);
  if (terminal.json) return exitCodes.ok;
  const file = options.out ?? `evidence-${run}.json`;
  await writeFile(file, `${JSON.stringify(evidence, undefined, 2)}\n`, { flag: "wx" });
  terminal.say([`Evidence of ${run}: ${file}`]);
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
