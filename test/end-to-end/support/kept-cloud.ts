import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { region } from "./environment.ts";
import { awaitGone, type Session, startSession } from "./session.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
const program = [process.execPath, "--disable-warning=ExperimentalWarning", main] as const;

/** A local Google Cloud in a process of its own that keeps its state, so that it can be killed and started again. */
export interface KeptCloud {
  /** `http://127.0.0.1:{port}`, the same after every start. */
  readonly url: string;
  /** Starts `alloyrun` against it. */
  alloyrun(...args: string[]): Session;
  /** Leaves out of what `called` looks for whatever has been called so far. */
  forgetCalls(): Promise<void>;
  /**
   * Resolves once the journal tells of a call of the method, after the one that was found before.
   *
   * @throws Error when the session that is to call it ends before
   */
  called(method: string, by: Session): Promise<void>;
  /** Sends SIGKILL, waits until none of its processes is left, and starts it again on its state. */
  killAndStart(): Promise<void>;
  /** What an API answers to the owner. */
  ask(path: string): Promise<Record<string, unknown>>;
  /** The answer of a site of the local cloud, such as a service's URL, taken through it as a proxy. */
  read(url: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one for a project. */
export async function startKeptCloud(project: string): Promise<KeptCloud> {
  const directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
  // The servers of databases run as another user when this one is root, and have to get to their data.
  chmodSync(directory, 0o711);
  const state = join(directory, "state");
  const notes = join(directory, "notes");
  mkdirSync(notes, { mode: 0o700 });
  const base = { PATH: process.env.PATH ?? "", XDG_RUNTIME_DIR: notes, HOME: directory };
  const start = async () => {
    const command = [...program, "local", "start", "--state", state, "--pace", "max"] as const;
    const session = startSession({ command: [...command], cwd: directory, env: base });
    await session.says("ready at");
    return session;
  };
  let session = await start();
  const url = /ready at (\S+)/.exec(session.printed())?.[1] ?? "";
  let seen = 0;
  const get = async (path: string) => {
    const response = await fetch(`${url}/${path}`, { headers: { authorization: "Bearer owner" } });
    return await response.text();
  };
  const environment = JSON.parse(await get(`_local/environment?project=${project}`));
  return {
    url,
    alloyrun: (...args) =>
      startSession({ command: [...program, ...args], cwd: directory, env: { ...base, ...environment } }),
    async forgetCalls() {
      seen += (await get(`_local/journal?from=${seen}`)).split("\n").filter(Boolean).length;
    },
    async called(method, by) {
      let isOver = false;
      void by.ended.then(() => {
        isOver = true;
      });
      for (;;) {
        if (isOver) throw new Error(`nobody called ${method}:\n${by.printed()}`);
        const lines = (await get(`_local/journal?from=${seen}`)).split("\n").filter(Boolean);
        const at = lines.findIndex((line) => line.includes(method));
        seen += at < 0 ? lines.length : at + 1;
        if (at >= 0) return;
        await delay(20);
      }
    },
    async killAndStart() {
      const pids = [session.pid, ...session.descendants()];
      process.kill(session.pid, "SIGKILL");
      await awaitGone(pids);
      session = await start();
      if (!session.printed().includes(url)) throw new Error(`it came back elsewhere: ${session.printed()}`);
    },
    ask: async (path) => JSON.parse(await get(path)),
    read: (address) => readThrough(url, address, join(state, "authority.pem")),
    async stop() {
      const pids = [session.pid, ...session.descendants()];
      session.interrupt("SIGTERM");
      await session.ended;
      await awaitGone(pids);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Proxies and trust are read when a process starts, so one asks that has these. */
async function readThrough(proxy: string, address: string, authority: string): Promise<string> {
  const source = `process.stdout.write(await (await fetch(${JSON.stringify(address)})).text())`;
  const env = { HTTPS_PROXY: proxy, NODE_USE_ENV_PROXY: "1", NODE_EXTRA_CA_CERTS: authority };
  const session = startSession({ command: [process.execPath, "--input-type=module", "-e", source], cwd: "/", env });
  await session.ended;
  return session.printed();
}

/** Where alloyrun is installed in these tests. */
export const place = (project: string) => ["--project", project, "--region", region];
