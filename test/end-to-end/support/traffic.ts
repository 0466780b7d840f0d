import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import { localUrl } from "../../../local/run/local-url.ts";
import { region } from "./environment.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

/** What a webhook or a function answered. */
export interface Answered {
  readonly status: number;
  readonly body: JsonObject;
}

/** What goes through the doors of an installation. */
export interface Traffic {
  publish(body: object, attributes?: Readonly<Record<string, string>>): Promise<JsonObject>;
  addSecret(id: string, value: string): Promise<void>;
  /** Posts JSON from outside. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Answered>;
  /** Calls a deployed function as the account that pushes. */
  push(service: string, path: string, sent: { readonly body: string; readonly signature: string }): Promise<Response>;
  /** Pushes of messages to the request function so far, as its log tells of them. */
  pushed(): number;
  /** What lies with the dead of requests. */
  dead(): Promise<unknown>;
  /** Executions that work, or worked, for an `up`: one that finds another at its request has ended as joined. */
  executions(): readonly string[];
  /** Requests that were accepted, of which some may have joined others. */
  noted(): number;
  /** What an accepted request was noted as. */
  notedOf(accepted: Answered): Promise<JsonObject>;
  /** Deliveries to the function of events that were about nobody's webhook. */
  passedOver(): number;
}

/** An image that nobody gets to see. */
export const image = `registry.example.com/apps/app@sha256:${"0".repeat(64)}`;

/** Webhooks of the environment: one that only plans, and those of the examples. */
export const tickets: readonly object[] = [
  {
    name: "plan",
    secret: { secret: "alloyrun-hook-tickets", version: 1 },
    key: "/number",
    fields: { reason: "/short_description", requestedBy: "/requested_for/email" },
    values: { action: "plan" },
  },
  ...["servicenow", "jira-service-management"].flatMap((product) => {
    return parse(readFileSync(`examples/tickets/${product}.yaml`, "utf8")).tickets;
  }),
];

/** The header as a ticket system makes it. */
export function signatureOf(body: string, time: number, secret: string): string {
  return `t=${time},v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
}

/** The environment that the doors are about, with more of its spec. */
export function specWith(more: object): string {
  return stringify({
    apiVersion: "alloyrun/v1",
    kind: "Environment",
    metadata: { name: "doors" },
    spec: {
      ...{ project: "my-project", region },
      database: { seed: { directory: "./seed" } },
      service: { image },
      ...more,
    },
  });
}

/** Sends through the doors of an installed cloud, and sees what went through them. */
export function watchTraffic({ ask, local: { cloud, journal }, project }: InstalledCloud): Traffic {
  const pubsub = `pubsub.googleapis.com/v1/projects/${project}`;
  const secrets = `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    publish(body, attributes = {}) {
      const data = base64(JSON.stringify(body));
      return ask(`POST ${pubsub}/topics/alloyrun-requests:publish`, { messages: [{ data, attributes }] });
    },
    async addSecret(id, value) {
      await ask(`POST ${secrets}?secretId=${id}`, { replication: { automatic: {} } });
      await ask(`POST ${secrets}/${id}:addVersion`, { payload: { data: base64(value) } });
    },
    async post(url, headers, body) {
      const sent = new Headers({ "content-type": "application/json; charset=UTF-8" });
      for (const [name, value] of Object.entries(headers)) sent.set(name, value);
      const response = await fetch(url, { method: "POST", headers: sent, body });
      const answered: unknown = await response.json();
      return { status: response.status, body: isJsonObject(answered) ? answered : {} };
    },
    push(service, path, { body, signature }) {
      const name = `projects/${project}/locations/${region}/services/${service}`;
      const email = `alloyrun-push@${project}.iam.gserviceaccount.com`;
      const uniqueId = cloud.store.collection<{ uniqueId: string }>("iam.serviceAccounts").get(email)?.uniqueId ?? "";
      const uri = cloud.store.collection<{ uri?: string }>("run.services").get(name)?.uri ?? "";
      const token = cloud.tokens.idToken({ principal: { kind: "serviceAccount", email, uniqueId } }, uri);
      const type = { "content-type": "application/json" };
      const headers = { ...type, authorization: `Bearer ${token}`, "x-alloyrun-signature": signature };
      return fetch(`${localUrl(cloud, name)}${path}`, { method: "POST", headers, body });
    },
    pushed: () => JSON.stringify(cloud.logs.list(project)).split("POST /v1/messages: ").length - 1,
    async dead() {
      const pull = `POST ${pubsub}/subscriptions/alloyrun-requests-dead:pull`;
      return (await ask(pull, { maxMessages: 10, returnImmediately: true })).receivedMessages ?? [];
    },
    executions: () =>
      cloud.store
        .collection<{ readonly argument?: string; readonly result?: string }>("workflows.executions")
        .list()
        .filter(([, { argument, result }]) => argument?.includes('"action":"up"') && !result?.includes('"joined"'))
        .map(([name]) => name),
    noted() {
      const objects = cloud.store.collection("storage.objects").list();
      return objects.filter(([name]) => /requests\/run-/.test(name)).length;
    },
    notedOf: ({ body }) =>
      ask(
        `GET storage.googleapis.com/storage/v1/b/${project}-alloyrun/o/requests%2F${String(body.run)}.json?alt=media`,
      ),
    passedOver() {
      const nowhere = "/o/specs%2Fnowhere.yaml";
      return journal.list().filter(({ method, principal }) => {
        return principal.startsWith("alloyrun-events@") && method.endsWith(nowhere);
      }).length;
    },
  };
}
