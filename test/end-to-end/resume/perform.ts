import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RequestAccepted, RunView } from "../../../functions/api.ts";
import type { Action, Stop } from "./boundary.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import type { CrashCloud } from "./crash-cloud.ts";
import type { Standing } from "./standing.ts";

/** Name of the environment that is built, rebuilt and taken down. */
export const environment = "app";

/** What a run is asked with, and what it ends as when nothing happens to it. */
export interface Course {
  /** Text of the spec, with the packed folders' names in it. */
  readonly spec: string;
  /** Path of the same for the command line. */
  readonly file: string;
  readonly ends: Readonly<Record<Action, End>>;
  /** That of a removal which Google's holds do not keep up, because they have passed meanwhile. */
  readonly gone: End;
}

/**
 * The ends that a run in this state may have come to; none when it has not come to its end. What a removal has left may be
 * gone by the time when somebody looks, for a sweep comes every quarter of an hour.
 */
export function endsOf({ ends, gone }: Course, action: Action, state: RunView["state"]): readonly End[] {
  if (state === ends[action].state) return action === "down" ? [ends.down, gone] : [ends[action]];
  return action === "down" && state === gone.state ? [gone] : [];
}

/** The end of an undisturbed run. */
export interface End {
  readonly state: RunView["state"];
  readonly resources: readonly string[];
  /** What the run has added to each count. */
  readonly added: Readonly<Record<string, number>>;
}

/** What a case takes place in. */
export interface Stage {
  readonly cloud: CrashCloud;
  readonly course: Course;
  readonly startClient: (args: readonly string[]) => Promise<Client>;
  readonly log: (line: string) => void;
}

/** A run that is asked for, by whoever asks. */
export interface Asked {
  /** Its id; undefined while nobody has heard of it. */
  run(): Promise<string | undefined>;
  readonly client?: Client;
}

/** A run that is asked for until its id is told. */
export interface Heard extends Asked {
  run(): Promise<string>;
}

/** The request for an action. */
export function requestOf(action: Action, { spec }: Pick<Course, "spec">): object {
  if (action === "up") return { action, spec };
  return action === "down" ? { action, environment } : { action, level: "data", environment };
}

/** Asks over HTTP, again under the same key whenever nobody answers. */
export function askFor(request: object, cloud: CrashCloud): Heard {
  const key = randomUUID();
  const post = () => cloud.ask<RequestAccepted>("POST", "/v1/requests", request, key);
  const first = post().catch(() => undefined);
  return {
    async run() {
      for (let answer = await first; ; answer = await post().catch(() => undefined)) {
        if (answer?.status === 202) return answer.body.run;
        if (answer && answer.status < 500) throw new Error(`the request was refused: ${JSON.stringify(answer.body)}`);
        await delay(50);
      }
    },
  };
}

/** A run as it is read; asked again while the function that answers dies of a strike. */
export async function readRun(cloud: CrashCloud, run: string): Promise<RunView> {
  for (;;) {
    const { status, body } = await cloud.ask("GET", `/v1/runs/${run}`);
    if (status === 200) return body;
    if (status < 500) throw new Error(`${run} was not read: ${JSON.stringify(body)}`);
    await delay(50);
  }
}

/** What a strike needs to know. */
export interface Strike {
  readonly asked: Asked;
  readonly cloud: CrashCloud;
  /** Where the run is held next, if it is. */
  readonly next?: Stop;
}

/**
 * Kills, or cancels, and lets the held call go on.
 *
 * @returns the pids that got SIGKILL
 */
export async function strike(
  { victim, boundary: { caller } }: Pick<Case, "victim" | "boundary">,
  { asked, cloud, next }: Strike,
): Promise<readonly number[]> {
  const kill = async (pids: readonly number[]) => {
    for (const pid of pids) process.kill(pid, "SIGKILL");
    return pids;
  };
  switch (victim) {
    case "cloud": {
      const { pid } = cloud;
      await cloud.kill();
      await cloud.start(next);
      return [pid];
    }
    case "client": {
      const pids = await kill(asked.client ? [asked.client.pid] : []);
      await cloud.release("go", next);
      return pids;
    }
    case "execution": {
      const run = await asked.run();
      const { status, body } = await cloud.ask("POST", `/v1/runs/${run}:cancel`, {});
      if (status !== 200) throw new Error(`cancel was refused: ${JSON.stringify(body)}`);
      await cloud.release("go", next);
      return [];
    }
    case "database": {
      const pids = await kill((await cloud.pids()).databases);
      await restartDatabases(cloud);
      await cloud.release("go", next);
      return pids;
    }
    case "seed": {
      const pids = await kill((await cloud.pids()).seeds);
      await cloud.release("drop", next);
      return pids;
    }
    case "function": {
      const pids = await kill((await cloud.pids()).functions[caller] ?? []);
      await cloud.release("drop", next);
      return pids;
    }
  }
}

/** Google starts the server of an instance again by itself, one that was killed while it started too. */
export async function restartDatabases(cloud: CrashCloud): Promise<void> {
  const parent = "alloydb.googleapis.com/v1/projects/my-project/locations/-/clusters/-";
  const { instances = [] } = JSON.parse(await cloud.api(`GET ${parent}/instances`));
  for (const { name } of instances as readonly { readonly name: string }[]) {
    for (;;) {
      const { error } = JSON.parse(await cloud.api(`POST alloydb.googleapis.com/v1/${name}:restart`, {}));
      // Refused while it is being started already, or gone.
      if (!error || error.code === 404) break;
      await delay(100);
    }
  }
}

/**
 * How the project differs from what it is after an undisturbed run.
 *
 * @param repeats how often a rebuild was asked for again
 */
export function differences(end: End, standing: Standing, before: Standing["counts"], repeats: number): string[] {
  const { resources, counts, problems } = standing;
  const missing = end.resources.filter((line) => !resources.includes(line)).map((line) => `missing: ${line}`);
  const extra = resources.filter((line) => !end.resources.includes(line)).map((line) => `too many: ${line}`);
  const counted = Object.entries(end.added).flatMap(([name, wanted]) => {
    const added = (counts[name] ?? 0) - (before[name] ?? 0);
    // What a removal takes with it is gone to the last.
    if (wanted < 0) return counts[name] === 0 ? [] : [`${counts[name]} ${name} are left`];
    // A rebuild that is asked for again is another one: it proves a revision of its own, and fills a database of its own
    // unless the first was not ready yet.
    const allowed = name === "builds" ? wanted : wanted + repeats;
    return added >= wanted && added <= allowed ? [] : [`${added} ${name} were added, not ${wanted}`];
  });
  return [...missing, ...extra, ...counted, ...problems];
}

/** The latest run of an action that has held the environment. */
export async function latestRun(cloud: CrashCloud, action: Action): Promise<string | undefined> {
  const { body } = await cloud.ask<{ readonly runs?: readonly RunView[] }>("GET", `/v1/environments/${environment}`);
  return body.runs?.find((run) => run.action === action)?.run;
}
