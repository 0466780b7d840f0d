import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { InstallationChange } from "../../deploy/change.ts";
import type { Finding } from "../../deploy/doctor/finding.ts";
import type { LocalCloud } from "../../local/main.ts";
import type { Answer, Question } from "./installer-process.ts";

const program = fileURLToPath(new URL("installer-process.ts", import.meta.url));

/** Region of what it installs. */
export const region = "asia-northeast1";

/** The installer's own code in front of a local cloud, as the owner. */
export interface Installer {
  /** Makes everything of an installation but what takes a build; of the functions there are two, which do nothing. */
  install(): Promise<void>;
  /** What of that would be made or changed. */
  plan(): Promise<readonly InstallationChange[]>;
  /** What the doctor finds in the project, and in the ranges of a spec. */
  examine(spec?: string): Promise<readonly Finding[]>;
  stop(): Promise<void>;
}

/** Starts it for a project. */
export async function startInstaller(local: LocalCloud, project: string): Promise<Installer> {
  const env = { PATH: process.env.PATH, ...(await local.environment({ project })) };
  const child = fork(program, [project, region], { env, stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  await once(child, "message");
  let asked = 0;
  async function ask<Value>(question: Question): Promise<Value> {
    asked += 1;
    const id = asked;
    const answered = new Promise<Answer>((resolve, reject) => {
      const listen = (answer: Answer) => {
        if (answer.id !== id) return;
        child.off("message", listen);
        resolve(answer);
      };
      child.on("message", listen);
      child.once("exit", () => reject(new Error("the installer ended")));
    });
    child.send({ id, question });
    const { value, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return value as Value;
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
