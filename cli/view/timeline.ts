import { styleText } from "node:util";
import type { NotedEntry } from "../local/journal.ts";
import { formatDuration } from "./duration.ts";

/** What a timeline is drawn on. */
export interface Canvas {
  readonly columns: number;
  readonly colour: boolean;
}

/** One bar: times are milliseconds since the epoch, without an end it goes on. */
interface Bar {
  readonly start: number;
  readonly end?: number;
  readonly outcome: string;
}

interface Row {
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** Columns for the names of rows where there is room, after the bars, and for the bars at least. */
const mostLabelColumns = 44;
const noteColumns = 26;
const fewestBarColumns = 20;

/**
 * Draws the operations, and the requests to services and functions, along the clock: a row for each operation and for
 * each URL, in the order in which they began.
 */
export function drawTimeline(entries: readonly NotedEntry[], { columns, colour }: Canvas): string[] {
  const rows = toRows(entries);
  const times = rows.flatMap(({ bars }) => bars.flatMap(({ start, end = start }) => [start, end]));
  if (times.length === 0) return ["nothing has happened yet"];
  const from = times.reduce((least, time) => Math.min(least, time));
  const until = times.reduce((most, time) => Math.max(most, time));
  const labelColumns = Math.min(mostLabelColumns, Math.max(20, columns - noteColumns - fewestBarColumns));
  const width = Math.max(fewestBarColumns, columns - labelColumns - noteColumns);
  const scale = { from, until, width, labelColumns };
  return [axis(scale), ...rows.map((row) => drawRow(row, scale, colour))];
}

interface Scale {
  readonly from: number;
  readonly until: number;
  readonly width: number;
  readonly labelColumns: number;
}

function toRows(entries: readonly NotedEntry[]): Row[] {
  const rows = new Map<string, { label: string; bars: Bar[] }>();
  for (const entry of entries) {
    const key = entry.kind === "operation" ? `${entry.host}/${entry.operation}` : String(entry.resource);
    if (entry.kind === "call") continue;
    const row = rows.get(key) ?? { label: labelOf(entry), bars: [] };
    const bar = { start: Date.parse(entry.time), end: endOf(entry), outcome: outcomeOf(entry) };
    // The end of an operation tells all that its start has told.
    if (entry.event === "end") row.bars = [bar];
    else row.bars.push(bar);
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => (a.bars[0]?.start ?? 0) - (b.bars[0]?.start ?? 0));
}

function endOf({ endTime }: NotedEntry): number | undefined {
  return endTime === undefined ? undefined : Date.parse(endTime);
}

function outcomeOf({ kind, code, status }: NotedEntry): string {
  return kind === "site" && code !== "OK" ? String(status || "closed") : code;
}

function labelOf({ kind, work = "", resource = "" }: NotedEntry): string {
  if (kind === "site") return resource.replace(/^https:\/\//, "");
  return `${work} ${resource.split("/").slice(-2).join("/")}`;
}

function axis({ from, until, width, labelColumns }: Scale): string {
  const [middle, end] = [(until - from) / 2000, (until - from) / 1000].map(formatDuration);
  const half = Math.floor(width / 2);
  return `${" ".repeat(labelColumns)}${"0".padEnd(half)}${String(middle).padEnd(width - half)}${end}`;
}

function drawRow({ label, bars }: Row, scale: Scale, colour: boolean): string {
  const cells = Array.from({ length: scale.width }, () => " ");
  for (const bar of bars) paint(cells, bar, scale);
  const failed = bars.findLast(({ outcome }) => outcome !== "OK");
  const isOpen = bars.some(({ end }) => end === undefined);
  const track = cells.join("");
  const painted = colour ? styleText(hue(failed !== undefined, isOpen), track, { validateStream: false }) : track;
  const note = noteOf(bars, failed?.outcome).slice(0, noteColumns - 1);
  return `${inColumn(label, scale)}${painted} ${note}`.trimEnd();
}

/** Full blocks for what ended, light ones for what goes on; something short is still to be seen. */
function paint(cells: string[], { start, end }: Bar, { from, until, width }: Scale): void {
  const at = (time: number) => Math.min(width - 1, Math.floor(((time - from) / Math.max(1, until - from)) * width));
  for (let cell = at(start); cell <= at(end ?? until); cell += 1) cells[cell] = end === undefined ? "░" : "█";
}

function inColumn(label: string, { labelColumns }: Scale): string {
  const room = labelColumns - 2;
  return (label.length > room ? `…${label.slice(1 - room)}` : label).padEnd(labelColumns);
}

function noteOf(bars: readonly Bar[], failure: string | undefined): string {
  const [only] = bars;
  const count = bars.length > 1 ? `${bars.length} × ` : "";
  const sum = bars.reduce((total, { start, end = start }) => total + end - start, 0);
  const time = only?.end === undefined && bars.length === 1 ? "goes on" : formatDuration(sum / 1000 / bars.length);
  return `${count}${time}${failure === undefined ? "" : ` ✗ ${failure}`}`;
}

function hue(hasFailed: boolean, isOpen: boolean): "red" | "yellow" | "green" {
  if (hasFailed) return "red";
  return isOpen ? "yellow" : "green";
}
