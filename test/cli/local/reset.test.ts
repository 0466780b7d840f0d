import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { exitCodes } from "../../../cli/exit-code.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
let folder: TemporaryFolder;
let running: ChildProcess;
let url: string;

/** Starts a command line as a person would, in a home of its own. */
function alloyrun(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder.path, XDG_RUNTIME_DIR: folder.path };
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const started = alloyrun("local", "start", "--offline");
  running = started;
  const [line] = await once(createInterface({ input: started.stdout }), "line");
  url = String(line).replace("Local Google Cloud ready at ", "");
}, 60_000);

afterAll(async () => {
  const exited = once(running, "exit");
  running.kill("SIGTERM");
  await exited;
  await folder[Symbol.asyncDispose]();
});

const owner = { authorization: "Bearer owner", "content-type": "application/json" };
const project = "cloudresourcemanager.googleapis.com/v3/projects/filled";
const bindings = [{ role: "roles/viewer", members: ["user:reader@example.com"] }];

/** Grants something, so that there is something to forget. */
async function fill(): Promise<void> {
  const body = JSON.stringify({ policy: { bindings } });
  const { status } = await fetch(`${url}/${project}:setIamPolicy`, { method: "POST", headers: owner, body });
  expect(status).toBe(200);
  expect(await grants()).toEqual(bindings);
}

async function grants(): Promise<unknown> {
  const answer = await fetch(`${url}/${project}:getIamPolicy`, { method: "POST", headers: owner });
  return ((await answer.json()) as { bindings?: unknown }).bindings;
}

/** When the cloud at the port started; nobody answers while it is emptied. */
async function startedAt(): Promise<string> {
  const answer = await fetch(`${url}/_local/health`).catch(() => undefined);
  const { started } = answer ? ((await answer.json()) as { started: string }) : { started: "" };
  return started;
}

describe("a reset of a running local cloud", () => {
  it("answers the request for it, and comes back empty at the same port", async () => {
    await fill();
    const before = await startedAt();
    const answer = await fetch(`${url}/_local/reset`, { method: "POST" });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ status: "resetting" });
    let now = before;
    while (now === before || now === "") now = await startedAt();
    expect(await grants()).toBeUndefined();
  });

  it("ends well for `alloyrun local reset --yes`", async () => {
    await fill();
    const reset = alloyrun("local", "reset", "--yes");
    const exited = once(reset, "exit");
    expect(await text(reset.stderr)).toBe("");
    expect(await exited).toEqual([exitCodes.ok, null]);
    expect(await grants()).toBeUndefined();
  });
});
