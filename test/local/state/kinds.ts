import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { credentials } from "@grpc/grpc-js";
import { PassThroughClient } from "google-auth-library";
import type { JsonObject } from "../../../local/json.ts";
import { computeDone, demand } from "../../support/kept-calls.ts";
import type { KeptCloud } from "../../support/kept-cloud.ts";
import { rest, testProject } from "../../support/local-cloud.ts";

/** What somebody was told of a resource: its content, or `undefined` when it was deleted or never made. */
export type Told = string | undefined;

/** How the resources of a kind, whose whole state is one text, are written and read. */
export interface Kind {
  readonly create: (local: KeptCloud, name: string, text: string) => Promise<unknown>;
  /** Absent where resources of the kind do not change. */
  readonly change?: (local: KeptCloud, name: string, text: string) => Promise<unknown>;
  readonly remove: (local: KeptCloud, name: string) => Promise<unknown>;
  readonly read: (local: KeptCloud, name: string) => Promise<Told>;
}

/** The bucket that objects are put in. */
export const bucket = "load-bucket";

const parent = `projects/${testProject}`;
const secrets = `secretmanager.googleapis.com/v1/${parent}/secrets`;
const objects = `storage.googleapis.com/storage/v1/b/${bucket}/o`;
const networks = `compute.googleapis.com/compute/v1/${parent}/global/networks`;
const jobs = `cloudscheduler.googleapis.com/v1/${parent}/locations/us-central1/jobs`;
const pubsub = "pubsub.googleapis.com/v1";
const automatic = { replication: { automatic: {} } };

interface Found {
  readonly text: string;
  readonly body: JsonObject;
}

async function found(local: KeptCloud, target: string, body?: object): Promise<Found | undefined> {
  const answer = await rest(local, target, { body });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`${target}: ${answer.text}`);
  return answer;
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(text: unknown): string {
  return Buffer.from(String(text), "base64").toString();
}

async function readLabel(local: KeptCloud, name: string): Promise<Told> {
  const { labels } = ((await found(local, `GET ${secrets}/${name}`))?.body ?? {}) as { labels?: { text: string } };
  return labels?.text;
}

const secret: Kind = {
  create: (local, name, text) => demand(local, `POST ${secrets}?secretId=${name}`, { labels: { text }, ...automatic }),
  change: (local, name, text) => demand(local, `PATCH ${secrets}/${name}?updateMask=labels`, { labels: { text } }),
  remove: (local, name) => demand(local, `DELETE ${secrets}/${name}`),
  read: readLabel,
};

/** The same over gRPC, with the official client. */
const grpcSecret: Kind = {
  create: (local, secretId, text) =>
    asClient(local, (client) =>
      client.createSecret({ parent, secretId, secret: { labels: { text }, ...automatic } }, noRetry),
    ),
  change: (local, name, text) =>
    asClient(local, (client) =>
      client.updateSecret(
        { secret: { name: `${parent}/secrets/${name}`, labels: { text } }, updateMask: { paths: ["labels"] } },
        noRetry,
      ),
    ),
  remove: (local, name) =>
    asClient(local, (client) => client.deleteSecret({ name: `${parent}/secrets/${name}` }, noRetry)),
  read: readLabel,
};

const noRetry = { otherArgs: { headers: { authorization: "Bearer owner" } }, maxRetries: 0 };
const clients = new Map<KeptCloud, SecretManagerServiceClient>();

function asClient<T>(local: KeptCloud, work: (client: SecretManagerServiceClient) => Promise<T>): Promise<T> {
  const options = { apiEndpoint: "127.0.0.1", port: local.port, authClient: new PassThroughClient() };
  const client =
    clients.get(local) ?? new SecretManagerServiceClient({ ...options, sslCreds: credentials.createInsecure() });
  clients.set(local, client);
  return work(client);
}

/** Closes the connections to a local cloud that is gone. */
export async function closeClients(local: KeptCloud): Promise<void> {
  await clients.get(local)?.close();
  clients.delete(local);
}

/** A secret of one version after the other: the last one's value is its text. */
const version: Kind = {
  async create(local, name, text) {
    await demand(local, `POST ${secrets}?secretId=${name}`, automatic);
    await addVersion(local, name, text);
  },
  change: addVersion,
  remove: secret.remove,
  async read(local, name) {
    const { payload } = ((await found(local, `GET ${secrets}/${name}/versions/latest:access`))?.body ?? {}) as {
      payload?: JsonObject;
    };
    return payload && decode(payload.data);
  },
};

function addVersion(local: KeptCloud, name: string, text: string): Promise<unknown> {
  return demand(local, `POST ${secrets}/${name}:addVersion`, { payload: { data: encode(text) } });
}

const object: Kind = {
  create: upload,
  change: upload,
  remove: (local, name) => patiently(local, `DELETE ${objects}/${name}`),
  read: async (local, name) => (await found(local, `GET ${objects}/${name}?alt=media`))?.text,
};

function upload(local: KeptCloud, name: string, text: string): Promise<void> {
  const target = `POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`;
  return patiently(local, target, text);
}

/** One object may be changed once in a second. */
async function patiently(local: KeptCloud, target: string, body?: unknown): Promise<void> {
  for (;;) {
    const { status, text } = await rest(local, target, { body });
    if (status === 200 || status === 204) return;
    if (status !== 429) throw new Error(`${target} was answered with ${status}: ${text}`);
  }
}

/** What is said of an object, beside its content. */
const label: Kind = {
  async create(local, name, text) {
    await upload(local, name, "labelled");
    await setMetadata(local, name, text);
  },
  change: setMetadata,
  remove: object.remove,
  async read(local, name) {
    const { metadata } = ((await found(local, `GET ${objects}/${name}`))?.body ?? {}) as {
      metadata?: { text: string };
    };
    return metadata?.text;
  },
};

function setMetadata(local: KeptCloud, name: string, text: string): Promise<void> {
  return patiently(local, `PATCH ${objects}/${name}`, { metadata: { text } });
}

const network: Kind = {
  // Acknowledged is what an operation was started for: it must end well after a crash.
  create: async (local, name, text) =>
    demand(local, `POST ${networks}`, { name, description: text, autoCreateSubnetworks: false }),
  remove: async (local, name) => {
    for (;;) {
      const { status, body } = await rest(local, `DELETE ${networks}/${name}`);
      if (status === 200) return computeDone(local, body);
    }
  },
  read: async (local, name) => (await found(local, `GET ${networks}/${name}`))?.body.description as Told,
};

/** A message in a subscription of its own: published, and there until it is acknowledged. */
const message: Kind = {
  async create(local, name, text) {
    const topic = `${parent}/topics/${name}`;
    await demand(local, `PUT ${pubsub}/${topic}`, {});
    await demand(local, `PUT ${pubsub}/${parent}/subscriptions/${name}`, { topic, ackDeadlineSeconds: 600 });
    await demand(local, `POST ${pubsub}/${topic}:publish`, { messages: [{ data: encode(text) }] });
  },
  async remove(local, name) {
    const ackIds = (await pull(local, name)).map(({ ackId }) => ackId);
    await demand(local, `POST ${pubsub}/${parent}/subscriptions/${name}:acknowledge`, { ackIds });
  },
  async read(local, name) {
    const subscription = `${pubsub}/${parent}/subscriptions/${name}`;
    if (!(await found(local, `GET ${subscription}`))) return undefined;
    const pulled = await pull(local, name);
    const ackIds = pulled.map(({ ackId }) => ackId);
    if (ackIds.length > 0)
      await demand(local, `POST ${subscription}:modifyAckDeadline`, { ackIds, ackDeadlineSeconds: 0 });
    return pulled[0]?.text;
  },
};

async function pull(local: KeptCloud, name: string): Promise<{ readonly ackId: string; readonly text: string }[]> {
  const target = `POST ${pubsub}/${parent}/subscriptions/${name}:pull`;
  const { receivedMessages = [] } = (await demand(local, target, { maxMessages: 10, returnImmediately: true })) as {
    readonly receivedMessages?: readonly { readonly ackId: string; readonly message: JsonObject }[];
  };
  return receivedMessages.map(({ ackId, message: { data } }) => ({ ackId, text: decode(data) }));
}

const job: Kind = {
  create: (local, name, text) => {
    const httpTarget = { uri: "http://127.0.0.1:9/nobody", httpMethod: "POST" };
    const body = {
      name: `${jobs.slice(jobs.indexOf("projects"))}/${name}`,
      schedule: "0 3 1 1 *",
      description: text,
      httpTarget,
    };
    return demand(local, `POST ${jobs}`, body);
  },
  change: (local, name, text) => demand(local, `PATCH ${jobs}/${name}?updateMask=description`, { description: text }),
  remove: (local, name) => demand(local, `DELETE ${jobs}/${name}`),
  read: async (local, name) => (await found(local, `GET ${jobs}/${name}`))?.body.description as Told,
};

/** Every kind by its name. */
export const kinds: Readonly<Record<string, Kind>> = {
  ...{ secret, grpcSecret, version, object, label, network, message, job },
};
