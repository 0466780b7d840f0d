import type { NotedEntry } from "../local/journal.ts";
import { formatDuration, secondsBetween } from "./duration.ts";

/** One entry of the journal as a line: when it was noted, how it ended, what it was about, how long on the clock, and who asked. */
export function formatEntry(entry: NotedEntry): string {
  const time = (entry.endTime ?? entry.time).slice(11, 23);
  const took = entry.endTime === undefined ? "" : `  ${formatDuration(secondsBetween(entry.time, entry.endTime))}`;
  const fault = entry.fault === undefined ? "" : `  [${entry.fault}]`;
  const outcome = outcomeOf(entry).padEnd(18);
  return `${time}  ${outcome}  ${titleOf(entry)}${took}  ${entry.principal}${fault}${complaintOf(entry)}`;
}

function outcomeOf({ kind, event, status, code }: NotedEntry): string {
  if (kind === "site") return status === 0 ? "closed" : String(status);
  return event === "start" ? "started" : code;
}

function titleOf({ kind, host, method = "", work = "", resource = "" }: NotedEntry): string {
  switch (kind) {
    case "call":
      return `${service(host)} ${shortName(method)} ${resource}`;
    case "operation":
      return `${service(host)} ${work} ${resource}`;
    case "site":
      return `${method} ${resource}`;
  }
}

/** The method's own name; where that is only a verb, as at Compute, with what it is done to. */
function shortName(method: string): string {
  const [name = "", collection] = method.split(".").reverse();
  return /[a-z][A-Z]/.test(name) || collection === undefined ? name : `${collection}.${name}`;
}

function service(host: string): string {
  return host.replace(/\.googleapis\.com$/, "");
}

function complaintOf({ message }: NotedEntry): string {
  return message === undefined ? "" : `\n              ${message.replaceAll("\n", "\n              ")}`;
}
