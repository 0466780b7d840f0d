import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readdir, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { findRunning, forgetRunning, noteRunning } from "../../../cli/local/running.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { writeFiles } from "../../support/write-files.ts";

const before = process.env.XDG_RUNTIME_DIR;
const notes = `alloyrun-${userInfo().uid}`;
let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
  process.env.XDG_RUNTIME_DIR = folder.path;
});

afterEach(async () => {
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  await folder[Symbol.asyncDispose]();
});

/** A port on which something answers while the scope lasts. */
async function listen(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

/** Number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

function noteFiles(): Promise<string[]> {
  return readdir(join(folder.path, notes)).catch(() => []);
}

describe("findRunning", () => {
  it("finds the only one, with and without its port", async () => {
    await using cloud = await listen();
    const running = { port: cloud.port, pid: process.pid };
    await noteRunning(running);
    expect(await findRunning()).toEqual(running);
    expect(await findRunning(cloud.port)).toEqual(running);
  });

  it("says how to start one when there is none", async () => {
    await expect(findRunning()).rejects.toThrow(
      "no local Google Cloud is running: start one with `alloyrun local start`",
    );
  });

  it("names the port that was asked for when nothing runs there", async () => {
    await using cloud = await listen();
    await noteRunning({ port: cloud.port, pid: process.pid });
    await expect(findRunning(1)).rejects.toThrow("no local Google Cloud is running on port 1");
  });

  it("names the ports when there are several", async () => {
    await using first = await listen();
    await using second = await listen();
    for (const { port } of [first, second]) await noteRunning({ port, pid: process.pid });
    const [low, high] = [first.port, second.port].sort((a, b) => a - b);
    await expect(findRunning()).rejects.toThrow(`several are running: name one with --port ${low} or ${high}`);
    expect(await findRunning(second.port)).toMatchObject({ port: second.port });
  });

  it("removes the note of a process that is gone", async () => {
    await using cloud = await listen();
    await noteRunning({ port: cloud.port, pid: await endedProcess() });
    await expect(findRunning()).rejects.toThrow("no local Google Cloud is running");
    expect(await noteFiles()).toEqual([]);
  });

  it("does not take another process for the one whose number it got", async () => {
    const port = await listen().then(async (cloud) => {
      await cloud[Symbol.asyncDispose]();
      return cloud.port;
    });
    await noteRunning({ port, pid: process.pid });
    await expect(findRunning()).rejects.toThrow("no local Google Cloud is running");
    expect(await noteFiles()).toEqual([]);
  });

  it("passes over a note that is no note", async () => {
    await using cloud = await listen();
    await noteRunning({ port: cloud.port, pid: process.pid });
    await writeFiles(folder.path, { [`${notes}/1.json`]: '{"port":', [`${notes}/2.json`]: "{}" });
    expect(await findRunning()).toMatchObject({ port: cloud.port });
    expect(await noteFiles()).toEqual([`${cloud.port}.json`]);
  });
});

describe("a folder of notes that others could have filled", () => {
  const place = () => join(folder.path, notes);
  const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

  async function expectRefusal(): Promise<void> {
    const refusal = `${place()} is not a folder that is yours alone`;
    await expect(findRunning()).rejects.toThrow(refusal);
    await expect(noteRunning({ port: 1, pid: 1 })).rejects.toThrow(refusal);
    await expect(forgetRunning(1)).rejects.toThrow(refusal);
  }

  it("is refused when others may write into it", async () => {
    await mkdir(place());
    await chmod(place(), 0o777);
    await expectRefusal();
  });

  it("is refused when it is a link", async () => {
    await mkdir(join(folder.path, "elsewhere"), { mode: 0o700 });
    await symlink(join(folder.path, "elsewhere"), place());
    await expectRefusal();
  });

  itAsRoot("is refused when it is another user's", async () => {
    await mkdir(place(), { mode: 0o700 });
    await chown(place(), userInfo().uid + 1, userInfo().gid);
    await expectRefusal();
  });
});

describe("forgetRunning", () => {
  it("takes one note away, and the folder with the last", async () => {
    await noteRunning({ port: 1, pid: 1 });
    await noteRunning({ port: 2, pid: 1 });
    await forgetRunning(1);
    expect(await noteFiles()).toEqual(["2.json"]);
    await forgetRunning(2);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("is content when there is nothing to take away", async () => {
    await forgetRunning(1);
    expect(await readdir(folder.path)).toEqual([]);
  });
});
