import type { protos } from "@google-cloud/secret-manager";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager/build/src/v1/secret_manager_service_client.js";
import type { Connect, Guard } from "../auth.ts";
import { type CallOptions, callOfficial } from "../gax.ts";
import type { Policy } from "../policy.ts";
import { createRest, orAbsent, type Rest } from "../rest.ts";

const api = "https://secretmanager.googleapis.com/v1";

/** A secret, without its values. */
export interface Secret {
  /** As Google answers it, with the project's number. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One version of a secret. */
interface SecretVersion {
  /** As Google answers it, with the project's number: `projects/{number}/secrets/{secret}/versions/{version}`. */
  readonly name: string;
  readonly state: "ENABLED" | "DISABLED" | "DESTROYED";
}

/**
 * Secret Manager. Names are `projects/{project}/secrets/{secret}`, with `/versions/{number}` below. Values never stand in
 * an error or a log.
 *
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export interface SecretManagerClient {
  readonly getSecret: (name: string) => Promise<Secret | undefined>;
  /** Makes it without a version, replicated as Google sees fit. */
  readonly createSecret: (name: string, labels: Readonly<Record<string, string>>) => Promise<Secret>;
  readonly patchLabels: (name: string, labels: Readonly<Record<string, string>>) => Promise<Secret>;
  /** Deletes it with all its versions, at once and for good; absent is fine. */
  readonly deleteSecret: (name: string) => Promise<void>;
  /** One version, without its value. */
  readonly getVersion: (version: string) => Promise<SecretVersion | undefined>;
  /** Newest first. */
  readonly listVersions: (secret: string) => Promise<readonly SecretVersion[]>;
  /** Not idempotent: whoever repeats it makes another version. */
  readonly addVersion: (secret: string, value: string) => Promise<SecretVersion>;
  /** The value. @throws ApiError FAILED_PRECONDITION when the version is disabled or destroyed */
  readonly accessVersion: (version: string) => Promise<string | undefined>;
  /** With conditions (version 3). */
  readonly getSecretPolicy: (name: string) => Promise<Policy>;
  /** Replaces the policy; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setSecretPolicy: (name: string, policy: Policy) => Promise<Policy>;
}

/** Opens Secret Manager through the official client. */
export const connectSecretManager: Connect<SecretManagerClient> = (auth) => {
  const client = new SecretManagerServiceClient({ auth });
  return (guard) => ({
    ...secretsOf(client, guard),
    ...versionsOf(client, guard),
    ...policiesOf(createRest(auth, guard)),
  });
};

function secretsOf(client: SecretManagerServiceClient, guard: Guard) {
  return {
    getSecret: (name: string) =>
      orAbsent(read("get", name, async (options) => toSecret((await client.getSecret({ name }, options))[0]))),
    createSecret: (name: string, labels: Readonly<Record<string, string>>) =>
      callOfficial({
        site: site("create", name),
        guard,
        send: async (options) => {
          const [parent, secretId] = name.split("/secrets/");
          const secret = { replication: { automatic: {} }, labels: { ...labels } };
          return toSecret((await client.createSecret({ parent, secretId, secret }, options))[0]);
        },
      }),
    patchLabels: (name: string, labels: Readonly<Record<string, string>>) =>
      callOfficial({
        site: site("patch", name),
        guard,
        send: async (options) => {
          const update = { secret: { name, labels: { ...labels } }, updateMask: { paths: ["labels"] } };
          return toSecret((await client.updateSecret(update, options))[0]);
        },
      }),
    deleteSecret: async (name: string) => {
      const send = (options: CallOptions) => client.deleteSecret({ name }, options);
      await orAbsent(callOfficial({ site: site("delete", name), guard, send }));
    },
  };
}

function versionsOf(client: SecretManagerServiceClient, guard: Guard) {
  return {
    getVersion: (name: string) =>
      orAbsent(
        read("versions.get", name, async (options) => toVersion((await client.getSecretVersion({ name }, options))[0])),
      ),
    listVersions: (parent: string) =>
      read("versions.list", parent, async (options) => {
        const [found] = await client.listSecretVersions({ parent }, options);
        return found.map(toVersion);
      }),
    addVersion: (parent: string, value: string) =>
      callOfficial({
        site: site("addVersion", parent),
        guard,
        send: async (options) => {
          const payload = { data: Buffer.from(value, "utf8") };
          return toVersion((await client.addSecretVersion({ parent, payload }, options))[0]);
        },
      }),
    accessVersion: (name: string) =>
      orAbsent(
        read("versions.access", name, async (options) => {
          const [answer] = await client.accessSecretVersion({ name }, options);
          return Buffer.from(answer.payload?.data ?? "").toString("utf8");
        }),
      ),
  };
}

function policiesOf(rest: Rest) {
  return {
    getSecretPolicy: (name: string): Promise<Policy> =>
      rest.fetchJson({
        method: "GET",
        url: `${api}/${name}:getIamPolicy`,
        query: { "options.requestedPolicyVersion": 3 },
        site: site("getIamPolicy", name),
      }),
    setSecretPolicy: (name: string, policy: Policy): Promise<Policy> =>
      rest.fetchJson({
        method: "POST",
        url: `${api}/${name}:setIamPolicy`,
        body: { policy },
        site: site("setIamPolicy", name),
      }),
  };
}

function read<Value>(verb: string, name: string, send: (options: CallOptions) => Promise<Value>): Promise<Value> {
  return callOfficial({ site: site(verb, name), send });
}

function site(verb: string, resource: string) {
  return { method: `secretmanager.projects.secrets.${verb}`, resource };
}

function toSecret(secret: protos.google.cloud.secretmanager.v1.ISecret): Secret {
  return { name: secret.name ?? "", labels: secret.labels ?? {} };
}

/** The client gives an enum by name or by number. */
function toVersion({ name, state }: protos.google.cloud.secretmanager.v1.ISecretVersion): SecretVersion {
  if (state === "ENABLED" || state === 1) return { name: name ?? "", state: "ENABLED" };
  return { name: name ?? "", state: state === "DISABLED" || state === 2 ? "DISABLED" : "DESTROYED" };
}
