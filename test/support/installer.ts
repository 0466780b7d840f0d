import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { InstallationChange } from "../../deploy/change.ts";
import type { Examination } from "../../deploy/doctor/examine.ts";
import type { LocalCloud } from "../../local/main.ts";
import type { Answer, Question } from "./installer-process.ts";

const program = fileURLToPath(new URL("installer-process.ts", import.meta.url));

/** Region of what it installs. */
export const region = "asia-northeast1";

/** The installer's own code in front of a local cloud. */
export interface Installer {
  /** Makes everything of an installation but what takes a build; of the functions there are two, which do nothing. */
  install(): Promise<void>;
  /** What of that would be made or changed. */
  plan(): Promise<readonly InstallationChange[]>;
  /** What the doctor finds and notes of the project and such an installation, and of what a spec needs. */
  examine(spec?: string): Promise<Examination>;
  stop(): Promise<void>;
}

/** Starts it for a project, as the owner or as a person. */
export async function startInstaller(
  local: LocalCloud,
  project: string,
  { as }: { readonly as?: string } = {},
): Promise<Installer> {
  const env = { PATH: process.env.PATH, ...(await local.environment({ as, project })) };
  const child = fork(program, [project, region, ...(as ? [`user:${as}`] : [])], {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  child.on("message", ({ id, value, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value);
    else one?.reject(new Error(error));
  });
  child.once("exit", () => {
    for (const one of waiting.values()) one.reject(new Error("the installer ended"));
  });
  await once(child, "message");
  let asked = 0;
  function ask<Value>(question: Question): Promise<Value> {
    const answer = Promise.withResolvers<unknown>();
    asked += 1;
    waiting.set(asked, answer);
    child.send({ id: asked, question });
    return answer.promise as Promise<Value>;
  }
  return {
    install: () => ask({ ask: "install" }),
    plan: () => ask({ ask: "plan" }),
    examine: (spec) => ask({ ask: "examine", spec }),
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}
