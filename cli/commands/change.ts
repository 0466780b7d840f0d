import type { RequestBody } from "../../functions/api.ts";
import type { Level } from "../../plan/generation.ts";
import type { ExitCode } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { requestAndWatch } from "./run.ts";

/** How a change of an environment is asked for. */
export interface ChangeOptions extends Pick<RequestBody, "reason" | "ticket"> {
  /** Hash of the plan to carry out, and no other. */
  readonly plan?: string;
  readonly onBusy: "queue" | "join" | "fail";
}

/** For how long it is asked for. */
export interface LifeOptions {
  /** How long the environment lives once it is ready; what the spec says when left out. */
  readonly ttl?: string;
}

/** Builds an environment anew from its stored spec, as much of it as the level says. */
export async function rebuild(
  installation: Installation,
  { environment, level, ...options }: ChangeOptions & { readonly environment: string; readonly level: Level },
  terminal: Terminal,
): Promise<ExitCode> {
  const body: RequestBody = { action: "rebuild", environment, level, ...toBody(options) };
  return (await requestAndWatch(installation, body, terminal)).exitCode;
}

/** Takes an environment down: what is billed first; what only Google releases is left to the sweep. */
export async function down(
  installation: Installation,
  {
    environment,
    unprotected,
    ...options
  }: ChangeOptions & Pick<RequestBody, "unprotected"> & { readonly environment: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const body: RequestBody = { action: "down", environment, unprotected, ...toBody(options) };
  return (await requestAndWatch(installation, body, terminal)).exitCode;
}

/** The part of a request that says how a change is asked for. */
export function toBody({ plan, onBusy, reason, ticket }: ChangeOptions): Partial<RequestBody> {
  return { plan, onBusy, reason, ticket };
}
