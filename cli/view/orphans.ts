import type { Orphan, Orphans } from "../../deploy/orphans.ts";
import type { Unfinished } from "../../deploy/unfinished.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { deletionOf } from "./deletion.ts";
import { renderLeft } from "./unfinished.ts";

/** What nobody owns, by the environment that it is marked with, and the commands that remove it. */
export function renderOrphans({ orphans, waiting, unfinished, older }: Orphans, place: Place): string[] {
  const environments = [...new Set(orphans.map(({ environment }) => environment))];
  return [
    ...waiting.flatMap((environment) => [
      `${environment}: its removal is not finished. What holds it, and whether somebody must remove that first:`,
      `    ${commandLine(place, "status", environment)}`,
      `    ${commandLine(place, "sweep")}`,
    ]),
    ...unfinished.flatMap((rebuild) => renderRebuild(rebuild, place)),
    ...older.flatMap(({ environment, left }) => [
      `${environment}: older specs have left, and no present one names, what is billed until it is removed:`,
      ...left.map(({ kind, resource }) => `  ${kind} ${resource}`),
      ...left.map(({ kind, resource }) => `    ${deletionOf(kind, resource, place)}`),
    ]),
    ...environments.flatMap((environment) => {
      const own = orphans.filter((orphan) => orphan.environment === environment);
      return [
        `${environment}: no such environment is known any more, and of it there ${own.length === 1 ? "is" : "are"}`,
        ...own.map(({ kind, resource }) => `  ${kind} ${resource}`),
        ...commandsFor(environment, own, place).map((command) => `    ${command}`),
      ];
    }),
    ...(orphans.length === 0 ? ["Nothing of this installation's is without an environment."] : []),
    "Nothing was changed.",
  ];
}

/** What a rebuild has made stands beside what serves until one comes to its end, or what serves is built anew. */
function renderRebuild(rebuild: Unfinished, place: Place): string[] {
  const { environment, level, isHeld, beside } = rebuild;
  const what = `${environment}: a rebuild at level ${level}`;
  const status = `    ${commandLine(place, "status", environment)}`;
  if (isHeld) return [`${what} is under way, or another run is:`, status];
  const resources = beside.map((resource) => `  ${resource}`);
  if (rebuild.removedBy !== undefined) {
    return [
      `${environment}: ${rebuild.removedBy} has begun to take it down, and of ${what.slice(environment.length + 2)} there still stands:`,
      ...resources,
      `    ${commandLine(place, "down", environment)}`,
    ];
  }
  if (rebuild.overtaken) {
    const [left = "", way = ""] = renderLeft(rebuild);
    return [`${environment}: ${left}`, ...resources, `    ${way}`];
  }
  const stands = beside.length > 0 ? "and is billed beside what serves" : "beside what serves";
  const unseen = "  whether a run is under way could not be seen (it takes workflows.executions.get); look first:";
  return [
    `${what} is not finished; what it has made stands ${stands}, until one is:`,
    ...resources,
    ...(isHeld === undefined ? [unseen, status, "  and if none is:"] : []),
    `    ${commandLine(place, "rebuild", environment, "--level", level)}`,
  ];
}

/** One that removes all by the stored spec; without a spec one for each resource, in their order. */
function commandsFor(environment: string, own: readonly Orphan[], place: Place): string[] {
  if (own.some(({ hasSpec }) => hasSpec)) return [commandLine(place, "down", environment)];
  return own.map(({ kind, resource }) => deletionOf(kind, resource, place));
}
