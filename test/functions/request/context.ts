import type { RequestAccepted } from "../../../functions/api.ts";
import { answerLock } from "../../../functions/entry/lock.ts";
import type { CallerRequest } from "../../../functions/request/accept.ts";
import type { ChangeClients } from "../../../functions/request/change-environment.ts";
import type { LogEntry, LogQuery } from "../../../google/clients/logging.ts";
import type { Execution, NewExecution } from "../../../google/clients/workflow-executions.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";
import { type Heard, toHeard } from "./heard.ts";

/** An installation whose bucket, executions and log are in memory. */
export interface TestInstallation {
  readonly clients: ChangeClients & { readonly storage: MemoryStorage };
  /** Messages that were published, in order. */
  readonly heard: Heard[];
  /** What was started, in order. */
  readonly started: readonly NewExecution[];
  /** Executions by name; a test changes how they stand. */
  readonly executions: Map<string, Execution>;
  /** What was asked of the log, in order. */
  readonly asked: readonly LogQuery[];
  /** Lines of the workflow's log. */
  readonly entries: LogEntry[];
}

/** Makes the installation of the example's project. */
export function createTestInstallation(): TestInstallation {
  const started: NewExecution[] = [];
  const executions = new Map<string, Execution>();
  const entries: LogEntry[] = [];
  const storage = createMemoryStorage();
  for (const object of Object.values(folders)) {
    void storage.write({ bucket: "my-project-alloyrun", object, content: "", contentType: "application/gzip" });
  }
  const asked: LogQuery[] = [];
  const heard: Heard[] = [];
  return {
    heard,
    asked,
    started,
    executions,
    entries,
    clients: {
      storage,
      pubsub: { publish: async (topic, message) => void heard.push(toHeard(topic, message)) },
      installation: {
        project: "my-project",
        projectNumber: "123",
        region: "asia-northeast1",
        bucket: "my-project-alloyrun",
        seedRunnerImage: "seed@sha256:1",
      },
      executions: {
        async createExecution(execution) {
          started.push(execution);
          const name = `${execution.workflow}/executions/${started.length}`;
          const made: Execution = {
            name,
            state: "ACTIVE",
            labels: execution.labels,
            startTime: "2026-01-01T00:00:00.000Z",
          };
          executions.set(name, made);
          return made;
        },
        getExecution: async (name) => executions.get(name),
        async cancelExecution(name) {
          const found = executions.get(name);
          if (!found) throw new Error(`${name} is not there`);
          const cancelled: Execution = { ...found, state: "CANCELLED", endTime: "2026-01-01T00:01:00.000Z" };
          executions.set(name, cancelled);
          return cancelled;
        },
      },
      logging: {
        async list(query) {
          asked.push(query);
          return entries;
        },
        tail: () => Promise.reject(new Error("not to be called")),
      },
    },
  };
}

/** What the execution of an accepted request does first: it claims the request and the environment. */
export function hold({ clients }: TestInstallation, { run, environment, execution }: RequestAccepted) {
  const who = { run, execution, requestedBy: "a@example.com", why: "up" };
  const { bucket } = clients.installation;
  const target = { database: 1, cluster: 1 };
  return answerLock({ action: "claim", bucket, environment, now: 1_000_000, target, ...who }, clients);
}

/** Somebody was asked about a run of `a@example.com`, and has not answered. */
export async function putQuestion({ clients }: TestInstallation, run: string): Promise<void> {
  const about = { id: "a1", run, environment: "users", changesHash: "c", callback: "", reasons: [], approvers: [] };
  await put(clients.storage, "approvals/a1.json", { ...about, requesters: ["a@example.com"], expiresAt: 9e9 });
}

/** Every execution has ended well. */
export function end({ executions }: TestInstallation): void {
  for (const [name, execution] of executions) executions.set(name, { ...execution, state: "SUCCEEDED" });
}

/** Packed folders as the CLI names them. */
export const folders = { source: `sources/${"2".repeat(64)}.tgz`, seed: `seeds/${"3".repeat(64)}.tgz` };

/** What is in the bucket beside the packed folders, which lie there before anything is asked. */
export function textsOf({ clients }: TestInstallation): Readonly<Record<string, string>> {
  const packed: readonly string[] = Object.values(folders);
  return Object.fromEntries(Object.entries(clients.storage.texts()).filter(([name]) => !packed.includes(name)));
}

/** A request with a body of the caller `a@example.com`. */
export function requestWith(body: CallerRequest["body"], key = "k1"): CallerRequest {
  return { body, requestedBy: "a@example.com", key };
}
