import type { Installation } from "../../../cli/installation.ts";
import type { RequestClient } from "../../../cli/request-client.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";

/** A terminal that keeps what commands say. */
export interface KeptTerminal extends Terminal {
  /** Lines for people. */
  readonly said: string[];
  /** Lines about what went wrong. */
  readonly complained: string[];
  /** Answers for programs. */
  readonly answered: unknown[];
}

/** Makes one that shows no progress. */
export function keepTerminal(): KeptTerminal {
  const [said, complained, answered]: [string[], string[], unknown[]] = [[], [], []];
  return {
    ...{ json: false, ask: undefined, screen: undefined, said, complained, answered },
    say: (lines) => void said.push(...lines),
    complain: (lines) => void complained.push(...lines),
    answer: (value) => void answered.push(value),
  };
}

/** An installation without executions that answers only what a test says; anything else is an error. */
export function installationOf(requests: Partial<RequestClient>): Installation & { readonly storage: MemoryStorage } {
  const refuse = () => Promise.reject(new Error("not to be asked"));
  return {
    place: { project: "my-project", region: "asia-northeast1" },
    bucket: "b",
    member: refuse,
    storage: createMemoryStorage(),
    executions: { workflow: "w", workflows: { listExecutions: async () => [] } },
    log: {
      ...{ workflow: "w", project: "my-project", logging: { list: async () => [] } },
      workflows: { getWorkflow: async () => undefined },
    },
    requests: {
      ...{ request: refuse, getRun: refuse, cancelRun: refuse, resumeRun: refuse, getEnvironment: refuse },
      listEnvironments: refuse,
      ...{ freeze: refuse, unfreeze: refuse, extend: refuse, getApproval: refuse, decide: refuse },
      ...requests,
    },
  };
}
