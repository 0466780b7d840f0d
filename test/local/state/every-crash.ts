import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../../local/main.ts";
import { makeStateDirectory } from "../../support/kept-cloud.ts";
import { rest, testProject } from "../../support/local-cloud.ts";

/** A request, and how it is to be answered: with 200 unless told otherwise. */
export interface Request {
  readonly target: string;
  readonly body?: object;
  readonly status?: number;
  /** Seconds that pass after it: more than an hour unless given. */
  readonly seconds?: number;
}

/** What crashes at every point have shown. */
export interface EveryCrash {
  /** Number of points at which a crash was looked at. */
  readonly points: number;
  readonly findings: readonly string[];
}

type Options = Pick<LocalCloudOptions, "apis">;

/** How things were when a request had had all its effects: the log's lines up to then, and what there was. */
interface Milestone {
  readonly target: string;
  readonly lines: number;
  readonly present: Present;
}

/** Every entry as text without times, by collection and name. */
type Present = ReadonlyMap<string, string>;

/** What belongs to how often a cloud was started and what was done, rather than to what there is. */
const passing = /^local\.|tally|^operations$|requestIds/;

/** Stands for the project's number in the body of a request. */
export const number = "$number";

const settleSeconds = 4000;

/**
 * Makes requests one after the other, each until it has had all its effects. Then lets a cloud begin from every beginning
 * of the log that was written (that is what a crash leaves), lets it end what was begun, and demands that there is what
 * was before the request in question or what was after it, and nothing else.
 */
export async function crashEverywhere(requests: readonly Request[], options: Options): Promise<EveryCrash> {
  const state = makeStateDirectory();
  try {
    const milestones = await perform(join(state.path, "whole"), requests, options);
    const lines = readLines(join(state.path, "whole"));
    const findings: string[] = [];
    const first = milestones[0]?.lines ?? 0;
    for (let count = first; count <= lines.length; count += 1) {
      const next = milestones.findIndex((one) => one.lines >= count);
      const [before, after] = [milestones[Math.max(0, next - 1)], milestones.at(next)];
      const present = await recover(join(state.path, `at-${count}`), lines.slice(0, count), options);
      const found = [before, after].map((one) => differences(present, one?.present ?? new Map()));
      if (found.every((list) => list.length > 0)) {
        const best = found.toSorted((a, b) => a.length - b.length)[0] ?? [];
        findings.push(`killed at line ${count}, during ${after?.target}:\n  ${best.join("\n  ")}`);
      }
    }
    return { points: lines.length + 1 - first, findings };
  } finally {
    state.remove();
  }
}

async function perform(directory: string, requests: readonly Request[], options: Options): Promise<Milestone[]> {
  const local = await start(directory, options);
  try {
    for (const { host } of local.apis) local.cloud.projects.setUsable(testProject, host, true);
    const milestones = [await milestone(local, directory, { target: "the start" })];
    for (const request of requests) {
      const answer = await rest(local, request.target, { body: withNumber(local, request.body) });
      if (answer.status !== (request.status ?? 200)) throw new Error(`${request.target}: ${answer.text}`);
      milestones.push(await milestone(local, directory, request));
    }
    return milestones;
  } finally {
    await local.stop();
  }
}

/** Some requests name the project by its number only. */
function withNumber(local: LocalCloud, body: object | undefined): string | undefined {
  const { projectNumber } = local.cloud.projects.ensure(testProject);
  return body && JSON.stringify(body).replaceAll(number, projectNumber);
}

async function milestone(local: LocalCloud, directory: string, { target, seconds }: Request): Promise<Milestone> {
  await settle(local, seconds);
  return { target, present: presentIn(directory), lines: readLines(directory).length };
}

/** Time runs until nothing more comes of what was asked. */
async function settle(local: LocalCloud, seconds = settleSeconds): Promise<void> {
  while ((await unfinished(local)) > 0);
  await local.cloud.clock.advance(seconds * 1000);
  while ((await unfinished(local)) > 0);
}

async function unfinished(local: LocalCloud): Promise<number> {
  const { body } = await rest(local, "GET _local/operations");
  return (body.operations as { readonly endTime?: string }[]).filter(({ endTime }) => endTime === undefined).length;
}

/** A copy of nothing but the log: what else lies in the directory belongs to processes, or is never changed. */
async function recover(directory: string, lines: readonly string[], options: Options): Promise<Present> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "changes.jsonl"), `${lines.join("\n")}\n`, { mode: 0o600 });
  const local = await start(directory, options);
  try {
    await settle(local);
    return presentIn(directory);
  } finally {
    await local.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function start(state: string, options: Options): Promise<LocalCloud> {
  return startLocalCloud({ project: testProject, offline: true, state, ...options });
}

function readLines(directory: string): string[] {
  return readFileSync(join(directory, "changes.jsonl"), "utf8").trimEnd().split("\n");
}

/** What the log says; whatever was acknowledged is in it. */
function presentIn(directory: string): Present {
  const present = new Map<string, string>();
  for (const line of readLines(directory)) {
    const [, ...entries] = JSON.parse(line) as [number, ...[collection: string, name: string, value?: object][]];
    for (const [collection, name, value] of entries) {
      if (passing.test(collection)) continue;
      if (value === undefined) present.delete(`${collection} ${name}`);
      else present.set(`${collection} ${name}`, withoutTimes(byNobody(collection, value)));
    }
  }
  return present;
}

/** What a change sets off is waited for again after a crash, by the cloud itself instead of by whoever asked for the change. */
function byNobody(collection: string, value: object): object {
  return collection === "latency.waits" ? { ...value, principal: undefined } : value;
}

/** Fingerprints and etags tell times among others; the order of fields tells nothing. */
function withoutTimes(value: object): string {
  const text = JSON.stringify(value, (key, one: unknown) => {
    if (/fingerprint|etag/i.test(key)) return undefined;
    if (typeof one === "number" && one > 1e11) return "time";
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[-+]\d\d:\d\d)|"[\d.]+s"/g, "time");
}

function differences(present: Present, expected: Present): string[] {
  const names = new Set([...present.keys(), ...expected.keys()]);
  return [...names]
    .filter((name) => present.get(name) !== expected.get(name))
    .map((name) => `${name} is ${present.get(name)} rather than ${expected.get(name)}`);
}
