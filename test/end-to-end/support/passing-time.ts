import { setTimeout as delay } from "node:timers/promises";
import { emailOf, owner, type Principal } from "../../../local/access/principal.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { StoredJob } from "../../../local/scheduler/job.ts";
import { accountPrincipal } from "../../../local/workload/service-account.ts";
import { accountEmail, functionUrl, installationAccountId } from "../../../spec/names.ts";
import { rest } from "../../support/local-cloud.ts";
import { region } from "./environment.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

/** An event as it came out of the topic. */
export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: JsonObject;
}

/** An installation whose clock is moved, and what it does by itself meanwhile. */
export interface PassingTime {
  /** All that was told so far. */
  readonly heard: readonly HeardEvent[];
  /** Hears what was told since, without letting time pass. */
  hear(): Promise<void>;
  /** Lets five minutes pass at a time, with all that they set off, until it holds. @throws Error when it never does */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Calls the request function as the owner, or as an account of the installation. */
  post(
    path: string,
    body: object,
    as?: "sweep" | "scheduler",
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
  get(path: string): Promise<Answered>;
}

/** What the request function answered. */
export interface Answered {
  readonly status: number;
  readonly body: JsonObject;
}

const stepMs = 5 * 60_000;

/** Listens to the events of an installation. */
export async function letTimePass({ local, project, ask }: InstalledCloud): Promise<PassingTime> {
  const { cloud } = local;
  const subscription = `projects/${project}/subscriptions/test-events`;
  const topic = `projects/${project}/topics/alloyrun-events`;
  await ask(`PUT pubsub.googleapis.com/v1/${subscription}`, { topic, enableMessageOrdering: true });
  const heard: HeardEvent[] = [];
  const { projectNumber } = cloud.projects.ensure(project);
  const requestUrl = functionUrl("request", { projectNumber, region });

  const host = requestUrl.replace("https://", "");

  /** Whether a schedule's call is under way, or an execution that it started. */
  const isWorking = () =>
    cloud.store
      .collection<StoredJob>("scheduler.jobs")
      .list()
      .some(([, { execution }]) => execution?.firstAttemptAt) ||
    cloud.store
      .collection<{ readonly state?: string }>("workflows.executions")
      .list()
      .some(([, { state }]) => state === "ACTIVE" || state === "QUEUED");

  async function hear(): Promise<void> {
    for (;;) {
      const pull = `POST pubsub.googleapis.com/v1/${subscription}:pull`;
      const { receivedMessages = [] } = (await ask(pull, { maxMessages: 100, returnImmediately: true })) as Pulled;
      if (receivedMessages.length === 0) return;
      heard.push(...receivedMessages.map(({ message }) => JSON.parse(Buffer.from(message.data, "base64").toString())));
      const ackIds = receivedMessages.map(({ ackId }) => ackId);
      await ask(`POST pubsub.googleapis.com/v1/${subscription}:acknowledge`, { ackIds });
    }
  }

  const tokenOf = async (as: "sweep" | "scheduler" | undefined): Promise<string> => {
    const email = as && accountEmail(project, installationAccountId(as));
    const principal: Principal = email ? await accountPrincipal(cloud, email) : owner;
    return cloud.tokens.idToken({ principal }, requestUrl, { email: emailOf(principal), email_verified: true });
  };

  return {
    ...{ heard, hear },
    async until(what, holds) {
      for (let steps = 0; ; steps += 1) {
        while (isWorking()) await delay(20);
        await hear();
        if (holds()) return;
        if (steps === 100) throw new Error(`never came: ${what}\n${JSON.stringify(heard, null, 1)}`);
        await cloud.clock.advance(stepMs);
      }
    },
    async post(path, body, as, headers = {}) {
      const { status, body: answer } = await rest(local, `POST ${host}${path}`, {
        as: await tokenOf(as),
        body,
        headers,
      });
      return { status, body: answer };
    },
    async get(path) {
      const { status, body } = await rest(local, `GET ${host}${path}`, { as: await tokenOf(undefined) });
      return { status, body };
    },
  };
}

interface Pulled {
  readonly receivedMessages?: readonly { readonly ackId: string; readonly message: { readonly data: string } }[];
}
