import type { RunRecord } from "../../functions/entry/stored.ts";
import { kindOf, shortEmail } from "./runs.ts";
import { renderTable } from "./table.ts";

/** What an audit tells of one record; nothing but its id when the record cannot be read. */
export interface AuditRow {
  /** Id of the record: that of the run, with the attempt when it was resumed. */
  readonly record: string;
  /** RFC 3339: when the run began. */
  readonly time?: string;
  readonly kind?: string;
  readonly askedBy?: string;
  /** The person on whose behalf a system asked. */
  readonly onBehalfOf?: string;
  readonly ticket?: string;
  readonly reason?: string;
  readonly approvedBy?: string;
  readonly rejectedBy?: string;
  readonly changesHash?: string;
  readonly result: string;
  readonly minutes?: number;
}

/** The row of a record. */
export function toAuditRow(id: string, record: RunRecord | undefined): AuditRow {
  if (!record) return { record: id, result: "unreadable" };
  const { run, result, approval, requestedBy, onBehalfOf, ticket, reason, changesHash } = record;
  const isPlanOf = result.action === "plan" && run.action !== "plan";
  const what = kindOf({ action: run.action, level: run.level });
  return {
    ...{ record: id, onBehalfOf, ticket, reason, changesHash, askedBy: requestedBy, result: result.state },
    time: new Date(result.startedAt * 1000).toISOString(),
    kind: isPlanOf ? `plan of ${what}` : what,
    approvedBy: approval?.state === "approved" ? approval.by : undefined,
    rejectedBy: approval?.state === "rejected" ? approval.by : undefined,
    minutes: Math.round((result.endedAt - result.startedAt) / 6) / 10,
  };
}

/** A table, first to last, under each row its record, and who asked and decided; what no record has is left out. */
export function renderAudit(rows: readonly AuditRow[]): string[] {
  const table = renderTable(
    ["time (UTC)", "kind", "result", "min", "plan"],
    rows.map((row) => [
      row.time?.slice(0, 16).replace("T", " ") ?? "",
      row.kind ?? "",
      row.result,
      row.minutes?.toFixed(1) ?? "",
      row.changesHash?.slice(0, 12) ?? "",
    ]),
  );
  return table.flatMap((line, index) => {
    const row = rows[index - 1];
    return row ? [line, ...renderPeople(row)] : [line];
  });
}

function renderPeople({ record, askedBy, onBehalfOf, ticket, approvedBy, rejectedBy }: AuditRow): string[] {
  const by = askedBy && shortEmail(askedBy);
  const asked = [by, onBehalfOf && `for ${onBehalfOf}`, ticket && `ticket ${ticket}`].filter(Boolean).join(", ");
  return [
    `  ${record}${asked ? `  ${asked}` : ""}`,
    ...(approvedBy ? [`  approved by ${approvedBy}`] : []),
    ...(rejectedBy ? [`  rejected by ${rejectedBy}`] : []),
  ];
}
