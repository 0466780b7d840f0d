import type { EnvironmentView, RunView } from "../../functions/api.ts";
import { makesCluster } from "../../plan/generation.ts";
import type { UnfinishedRebuild } from "../../plan/unfinished.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { isOvertaken } from "./anew.ts";
import { billedAfter } from "./billed.ts";
import { renderDeletion } from "./deletion.ts";
import { usd } from "./effects.ts";
import { renderWay } from "./way.ts";

/** A rebuild that was broken off: what it has made beside what serves, what both cost, and what ends that. */
export function renderUnfinished({ environment, unfinished, runs }: EnvironmentView, place: Place): string[] {
  if (!unfinished) return [];
  const { level } = unfinished;
  if (unfinished.overtaken)
    return renderLeft(unfinished).map((line, index) => `${index === 0 ? "  unfinished:" : "   "} ${line}`);
  const last = runs.find((run) => run.action === "rebuild" && run.level === level && run.hasBegun);
  if (last?.state === "running" || last?.state === "succeeded") return [];
  const what = `  unfinished: a rebuild at level ${level}; ${besides(level, last)}`;
  if (last?.state === "queued" || last?.state === "awaiting-approval") return [what];
  const goesOn = last !== undefined && last.state !== "rejected" && !isOvertaken(last);
  const way = (label: string, ...words: readonly string[]) => renderWay(label, commandLine(place, ...words), "    ");
  const again = ["rebuild", environment, "--level", level];
  return [
    what,
    ...(goesOn ? way("go on", "resume", last.run) : []),
    ...way(`${goesOn ? "or " : ""}begin it again, which goes on with it`, ...again),
    `    or end it: ${endsIt}`,
  ];
}

/** What takes away what an unfinished rebuild has made. */
const endsIt = "`alloyrun up` with the file removes what it has made";

/** What a rebuild that was rejected, when it was to go on, has made before, what it costs, and both ways from there. */
export function renderLeftBefore(run: RunView, { level }: UnfinishedRebuild, place: Place): string[] {
  const again = commandLine(place, "rebuild", run.environment, "--level", level);
  return [
    `What it has made before is kept: ${besides(level, run)}.`,
    ...renderWay("Ask again, which goes on with it", again),
    `Or end it: ${endsIt}.`,
  ];
}

/** What a rebuild has left that nobody goes on with, for what serves became ready since, and what removes it. */
export function renderLeft({ level, costPerDay }: UnfinishedRebuild): string[] {
  const cost = costPerDay === undefined ? "" : `: about ${usd(costPerDay)} USD a day`;
  const what = makesCluster(level)
    ? `a second cluster may stand and be billed${cost}`
    : "its database may stand beside the one that serves";
  return [
    `a rebuild at level ${level} came to no end; ${what}`,
    "`alloyrun up` with the file removes it, and so does a rebuild, but of the app alone",
  ];
}

function besides(level: UnfinishedRebuild["level"], last: RunView | undefined): string {
  if (!makesCluster(level)) return "its database stays beside the one that serves";
  const perDay = last === undefined ? 0 : billedAfter(last);
  const cost = perDay === 0 ? "" : `: about ${usd(perDay)} USD a day`;
  return `two clusters may stand and be billed${cost}`;
}

/** What older specs have left, as the last run that built the environment found it, and the commands that remove it. */
export function renderOlder({ environment, runs, gone }: EnvironmentView, place: Place): string[] {
  // One that goes on and is refused before it looks has begun, and has seen nothing.
  const last = runs.find(
    ({ action, hasBegun, plan }) => hasBegun && (action === "down" || (plan && ["up", "rebuild"].includes(action))),
  );
  const { standing = [], action } = last?.plan ?? {};
  if (gone || standing.length === 0 || action === "down") return [];
  return [
    `  stays of older specs, as ${last?.run} found it, until it is removed`,
    ...standing.map(({ resource, costPerDay }) => {
      const cost = costPerDay === 0 ? "it goes on answering, billed by use" : `${usd(costPerDay)} USD a day`;
      return `    ${resource.split("/").slice(-2).join("/")}: ${cost}`;
    }),
    ...renderWay("with all else", commandLine(place, "down", environment), "    "),
    "    by itself, with its rows:",
    ...[...standing]
      .reverse()
      .flatMap(({ resource }) => renderDeletion(resource, place))
      .map((line) => `      ${line}`),
  ];
}
