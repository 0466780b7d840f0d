import { type Command, startAlloyrun } from "./command.ts";

/** An environment that stands on a local Google Cloud of a bench's own. */
export interface LocalEnvironment extends AsyncDisposable {
  /** `http://127.0.0.1:{port}` */
  readonly cloud: string;
  readonly command: Command;
}

/** The spec that is measured, relative to the project's folder. */
export const spec = "examples/users/environment.yaml";

/** Where it puts the environment, and what it calls it. */
export const place = { project: "my-project", region: "asia-northeast1", environment: "users" } as const;

/** Builds the example's environment and leaves it standing until the scope ends. */
export async function buildEnvironment(): Promise<LocalEnvironment> {
  const command = startAlloyrun(["up", spec, "--local"]);
  const ready = await command.untilLine(/^Local Google Cloud ready at /);
  await command.untilLine(/^The environment stays up until Ctrl-C/);
  const cloud = ready.split(" ").at(-1) ?? "";
  return { cloud, command, [Symbol.asyncDispose]: () => command[Symbol.asyncDispose]() };
}

/** Reads JSON from a local Google Cloud as its owner. @throws Error with the answer when it is a refusal */
export async function readJson(url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { authorization: "Bearer owner" } });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: HTTP ${response.status}: ${text}`);
  return JSON.parse(text);
}
