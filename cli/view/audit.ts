import type { ChangeRecord, RunRecord } from "../../functions/entry/stored.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import { kindOf, shortEmail } from "./runs.ts";
import { renderTable } from "./table.ts";
import { formatTime } from "./time.ts";

/** What an audit tells of one record; nothing but its id when the record cannot be read. */
export interface AuditRow {
  /** Id of the record: that of the run, with the attempt when it was resumed. */
  readonly record: string;
  /** RFC 3339: when the run began, or the change was made. */
  readonly time?: string;
  readonly kind?: string;
  readonly askedBy?: string;
  /** The person on whose behalf a system asked. */
  readonly onBehalfOf?: string;
  /** Those whose identical requests joined it, and who resumed it. */
  readonly joinedBy?: readonly string[];
  readonly resumedBy?: string;
  readonly ticket?: string;
  readonly reason?: string;
  readonly cancelledBy?: string;
  readonly approvedBy?: string;
  readonly rejectedBy?: string;
  /** Whether who decided used a link, or called in their own name. */
  readonly decidedVia?: "link" | "api";
  readonly changesHash?: string;
  readonly result: string;
  readonly minutes?: number;
}

/** The row of a record. */
export function toAuditRow(id: string, record: RunRecord | ChangeRecord | undefined): AuditRow {
  if (!record) return { record: id, result: "unreadable" };
  if ("change" in record) return toChangeRow(id, record);
  const { run, result, approval, requestedBy, onBehalfOf, ticket, reason, changesHash } = record;
  const { joinedBy, resumedBy, cancelledBy } = record;
  const isPlanOf = result.action === "plan" && run.action !== "plan";
  const what = kindOf({ action: run.action, level: run.level });
  return {
    ...{
      record: id,
      onBehalfOf,
      joinedBy,
      resumedBy,
      cancelledBy,
      ticket,
      reason,
      changesHash,
      askedBy: requestedBy,
      result: result.state,
    },
    time: toTimestamp(result.startedAt),
    kind: isPlanOf ? `plan of ${what}` : what,
    approvedBy: approval?.state === "approved" ? approval.by : undefined,
    rejectedBy: approval?.state === "rejected" ? approval.by : undefined,
    decidedVia: approval?.via,
    minutes: Math.round((result.endedAt - result.startedAt) / 6) / 10,
  };
}

function toChangeRow(id: string, { change, requestedBy, reason, at, until }: ChangeRecord): AuditRow {
  const kind = until === undefined ? change : `${change} until ${formatTime(toTimestamp(until))}`;
  return { record: id, time: toTimestamp(at), kind, askedBy: requestedBy, reason, result: "done" };
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

/** Whoever has a link decides as the person to whom it was given, so that is told. */
function renderPeople({ record, approvedBy, rejectedBy, cancelledBy, decidedVia, ...row }: AuditRow): string[] {
  const asked = renderAsked(row);
  const by = decidedVia === "link" ? " (link)" : "";
  return [
    `  ${record}${asked ? `  ${asked}` : ""}`,
    ...(approvedBy ? [`  approved by ${approvedBy}${by}`] : []),
    ...(rejectedBy ? [`  rejected by ${rejectedBy}${by}`] : []),
    ...(cancelledBy ? [`  cancelled by ${cancelledBy}`] : []),
  ];
}

type Asked = Pick<AuditRow, "askedBy" | "joinedBy" | "resumedBy" | "onBehalfOf" | "ticket">;

function renderAsked({ askedBy, joinedBy = [], resumedBy, onBehalfOf, ticket }: Asked): string {
  return [
    ...[askedBy, ...joinedBy].flatMap((email) => (email ? [shortEmail(email)] : [])),
    ...(resumedBy ? [`resumed by ${shortEmail(resumedBy)}`] : []),
    ...(onBehalfOf ? [`for ${onBehalfOf}`] : []),
    ...(ticket ? [`ticket ${ticket}`] : []),
  ].join(", ");
}
