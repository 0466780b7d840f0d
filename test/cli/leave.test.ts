import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { projectFolder } from "../support/imports.ts";

const module = join(projectFolder, "cli/leave.ts");

/** A process that waits, and tells that it does; with a channel as `up --local` gives one to its commands. */
async function leaving(source: string, channel: "ipc" | "ignore" = "ignore") {
  const script = `const { onLeaving } = await import(${JSON.stringify(module)});
    ${source}
    process.stdout.write("waits\\n");
    setInterval(() => {}, 1000);`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit", channel] });
  const said: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => said.push(String(chunk)));
  while (!said.join("").includes("waits")) await once(child.stdout ?? child, "data");
  child.kill("SIGINT");
  const [code, signal] = await once(child, "close");
  return { code, signal, said: said.join("") };
}

const say = '() => process.stdout.write("the run goes on\\n")';

describe("onLeaving", () => {
  it("says how to come back when somebody leaves by Ctrl-C", async () => {
    expect(await leaving(`onLeaving(${say});`)).toEqual({ code: 130, signal: null, said: "waits\nthe run goes on\n" });
  });

  it("says nothing to a program that takes everything down itself", async () => {
    expect(await leaving(`onLeaving(${say});`, "ipc")).toEqual({ code: 130, signal: null, said: "waits\n" });
  });

  it("says nothing once what was watched is over", async () => {
    const ended = await leaving(`{ using _ = onLeaving(${say}); }`);
    expect(ended).toEqual({ code: null, signal: "SIGINT", said: "waits\n" });
  });
});
