import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RunView } from "../../../functions/api.ts";
import type { NumberedEntry } from "../../../local/journal.ts";
import { region } from "../support/environment.ts";
import { awaitGone } from "../support/session.ts";
import type { Stop } from "./boundary.ts";
import type { Answer, Question } from "./cloud-process.ts";
import type { Standing } from "./standing.ts";

const program = fileURLToPath(new URL("cloud-process.ts", import.meta.url));

/** Pids of a local cloud's processes, by what they are for. */
export interface Pids {
  readonly functions: Readonly<Record<string, readonly number[]>>;
  readonly seeds: readonly number[];
  readonly databases: readonly number[];
}

/** An answer of the request function. */
export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

/** A local cloud in a process of its own that can be killed, held at a call, and asked how it stands. */
export interface CrashCloud {
  readonly pid: number;
  readonly state: string;
  /** Tells it to hold a call. */
  arm(stop: Stop): Promise<void>;
  /** Resolves when the call is held at which it was last told to stop; never when that does not come. */
  reached(): Promise<void>;
  /** Lets a held call go on, or drops it; the next is armed in the same moment. */
  release(how: "go" | "drop", next?: Stop): Promise<void>;
  keepSnapshots(options: { readonly directory: string; readonly share: number; readonly seed: string }): Promise<void>;
  /** Moves the clock, with all that this sets off. */
  advance(seconds: number): Promise<void>;
  /** Takes one now. */
  snapshot(directory: string): Promise<void>;
  standing(environment: string): Promise<Standing>;
  pids(): Promise<Pids>;
  journal(from?: number): Promise<readonly NumberedEntry[]>;
  /** Resolves with its state when an execution has ended. */
  end(execution: string): Promise<string | undefined>;
  environment(): Promise<Record<string, string>>;
  /** Asks the request function as the owner. */
  ask<Body = RunView>(method: "GET" | "POST", path: string, body?: object, key?: string): Promise<Reply<Body>>;
  /** Asks an API as the owner. */
  api(target: string, body?: object): Promise<string>;
  /** Writes an object of a bucket as the owner. */
  upload(bucket: string, object: string, bytes: Uint8Array): Promise<void>;
  /** Sends it SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, armed before anything goes on. */
  start(next?: Stop): Promise<void>;
  stop(): Promise<void>;
}

/** How one begins. */
export interface Beginning {
  readonly state: string;
  readonly from?: string;
  /** Armed before anything goes on. */
  readonly stop?: Stop;
}

/** Starts one; `reached` is for the stop that it begins with. */
export async function startCrashCloud({ state, from = "", stop }: Beginning): Promise<CrashCloud> {
  let running = await launch([state, from], stop);
  const put = <Value>(question: Question) => running.put(question) as Promise<Value>;
  return {
    get pid() {
      return running.pid;
    },
    state,
    reached: () => running.reached(),
    async arm(at) {
      running.expect();
      await put({ ask: "arm", stop: at });
    },
    async release(how, next) {
      if (next) running.expect();
      await put({ ask: "release", how, ...(next && { next }) });
    },
    keepSnapshots: (options) => put({ ask: "keep", ...options }),
    advance: (seconds) => put({ ask: "advance", seconds }),
    snapshot: (directory) => put({ ask: "snapshot", directory }),
    standing: (environment) => put({ ask: "standing", environment }),
    pids: () => put({ ask: "processes" }),
    journal: (number = 0) => put({ ask: "journal", from: number }),
    end: (execution) => put({ ask: "end", execution }),
    environment: () => put({ ask: "environment", project: "my-project" }),
    async ask(method, path, body, key) {
      const address = `${running.url}/alloyrun-request-${running.projectNumber}.${region}.run.app${path}`;
      const headers = {
        authorization: "Bearer owner",
        "content-type": "application/json",
        "idempotency-key": key ?? "",
      };
      if (!key) Reflect.deleteProperty(headers, "idempotency-key");
      const response = await fetch(address, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : { detail: text } };
    },
    async api(target, body) {
      const [method = "GET", address = ""] = target.split(" ");
      const headers = { authorization: "Bearer owner", "content-type": "application/json" };
      const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      return await (await fetch(`${running.url}/${address}`, sent)).text();
    },
    async upload(bucket, object, bytes) {
      const place = `storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(object)}`;
      const headers = { authorization: "Bearer owner", "content-type": "application/gzip" };
      const response = await fetch(`${running.url}/${place}`, { method: "POST", headers, body: Buffer.from(bytes) });
      if (!response.ok) throw new Error(`${object} was not taken: ${await response.text()}`);
    },
    async kill() {
      const gone = once(running.child, "exit");
      process.kill(running.pid, "SIGKILL");
      await gone;
    },
    async start(next) {
      running = await launch([state, ""], next);
    },
    async stop() {
      const gone = running.child.exitCode === null ? once(running.child, "exit") : undefined;
      await put({ ask: "stop" });
      await gone;
      await awaitGone([running.pid]);
    },
  };
}

/** Processes end a moment after what they did has: looks until nothing is left, or for long enough. */
export async function settled(cloud: CrashCloud, environment: string): Promise<Standing> {
  for (let looks = 1; ; looks += 1) {
    const standing = await cloud.standing(environment);
    if (standing.problems.length === 0 || looks === 150) return standing;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly url: string;
  readonly projectNumber: string;
  put(question: Question): Promise<unknown>;
  /** Forgets that a call was reached. */
  expect(): void;
  reached(): Promise<void>;
}

async function launch(args: readonly string[], stop: Stop | undefined): Promise<Running> {
  const env = { PATH: process.env.PATH, ...(stop && { STOP_AT: JSON.stringify(stop) }) };
  const execArgv = ["--disable-warning=ExperimentalWarning"];
  const child = fork(program, args, { execArgv, env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const said: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<Pick<Running, "url" | "projectNumber">>();
  let reached = Promise.withResolvers<void>();
  child.on("message", (message: Answer & { ready?: Pick<Running, "url" | "projectNumber">; reached?: boolean }) => {
    if (message.ready) return ready.resolve(message.ready);
    if (message.reached) return reached.resolve();
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) one?.resolve(message.value);
    else one?.reject(new Error(message.error));
  });
  child.once("exit", () => {
    const gone = new Error(`the local cloud ended: ${Buffer.concat(said)}`);
    ready.reject(gone);
    for (const one of waiting.values()) one.reject(gone);
  });
  let next = 0;
  const about = await ready.promise;
  return {
    ...{ child, pid: child.pid ?? 0, ...about },
    put(question) {
      const answer = Promise.withResolvers<unknown>();
      next += 1;
      waiting.set(next, answer);
      child.send({ id: next, question });
      return answer.promise;
    },
    expect() {
      reached = Promise.withResolvers();
    },
    reached: () => reached.promise,
  };
}
