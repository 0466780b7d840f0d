import { type Api, handlers, type TypedHandlers } from "../api.ts";
import { toTimestamp } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { demandRoom } from "../fault/room.ts";
import { applyMask } from "../field-mask.ts";
import { readListing } from "../list/listing.ts";
import type {
  CreateSecretRequest,
  ListSecretsRequest,
  ListSecretsResponse,
  Secret,
  SecretManagerMethods,
  UpdateSecretRequest,
} from "../model/generated/secret-manager.ts";
import { pageOf } from "../page.ts";
import { policyMethods } from "../policy.ts";
import { locationsOf } from "../regions.ts";
import { demandEtag } from "./etag.ts";
import { permissions } from "./permissions.ts";
import { openSecrets, type Secrets, type StoredSecret } from "./secret.ts";
import { versionMethods } from "./version-methods.ts";

const host = "secretmanager.googleapis.com";
const mutable = [
  ...(["labels", "annotations", "versionAliases", "expireTime", "ttl", "topics"] as const),
  ...(["rotation", "versionDestroyTtl", "etag"] as const),
];

interface Context {
  readonly cloud: Cloud;
  readonly secrets: Secrets;
}

/**
 * Secret Manager v1. Every call takes effect at once.
 *
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export function createSecretManager(cloud: Cloud): Api {
  const secrets = openSecrets(cloud);
  const policies = policyMethods(cloud, (resource) => {
    secrets.demandSecret(resource);
    return `//${host}/${resource}`;
  });
  return {
    host,
    permissions,
    methods: handlers<SecretManagerMethods>({
      ...secretMethods({ cloud, secrets }),
      ...versionMethods(cloud, secrets),
      "google.cloud.secretmanager.v1.SecretManagerService.GetIamPolicy": (request) => policies.get(request),
      "google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy": (request) => policies.set(request),
      "google.cloud.secretmanager.v1.SecretManagerService.TestIamPermissions": (request, call) =>
        policies.test(request, call),
    }),
  };
}

function secretMethods(context: Context): TypedHandlers<SecretManagerMethods> {
  const { secrets } = context;
  return {
    "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets": (request) => list(context, request),
    "google.cloud.secretmanager.v1.SecretManagerService.CreateSecret": (request) => create(context, request),
    "google.cloud.secretmanager.v1.SecretManagerService.GetSecret": ({ name = "" }) =>
      toSecret(secrets, name, secrets.demandSecret(name)),
    "google.cloud.secretmanager.v1.SecretManagerService.UpdateSecret": (request) => update(context, request),
    "google.cloud.secretmanager.v1.SecretManagerService.DeleteSecret": ({ name = "", etag }) => {
      demandEtag(secrets.demandSecret(name), etag);
      secrets.delete(name);
      return {};
    },
  };
}

/** A secret as the API shows it. */
function toSecret(secrets: Secrets, name: string, { lastVersion: _, ...secret }: StoredSecret): Secret {
  return { name: secrets.shown(name), ...secret };
}

function list({ secrets }: Context, request: ListSecretsRequest): ListSecretsResponse {
  const { passes } = readListing<Secret>("google.cloud.secretmanager.v1.Secret", request);
  const { parent = "", filter = "", pageSize, pageToken } = request;
  const prefix = `${parent}/secrets/`;
  const page = pageOf(secrets.secrets, {
    ...{ prefix, size: pageSize, token: pageToken, limits: { usual: 25_000, most: 25_000 } },
    show: (name, secret) => toSecret(secrets, name, secret),
    belongs: passes,
  });
  const isWhole = filter.trim() === "";
  const counted = () =>
    secrets.secrets.list(prefix).filter(([name, secret]) => passes(toSecret(secrets, name, secret)));
  const totalSize = isWhole ? secrets.secrets.count(prefix) : counted().length;
  return { secrets: page.items, nextPageToken: page.nextPageToken, totalSize };
}

function create({ cloud, secrets }: Context, { parent = "", secretId = "", secret = {} }: CreateSecretRequest): Secret {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(secretId)) {
    throw invalid(`Secret id ${secretId} must be 1 to 255 characters of [A-Za-z0-9_-].`);
  }
  const { replication, labels, annotations, topics, rotation, versionDestroyTtl, tags } = secret;
  const isRegional = parent.includes("/locations/");
  if (!isRegional && !replication?.automatic && !replication?.userManaged?.replicas?.length) {
    throw invalid("Secret.replication must be set: either automatic or user_managed with its replicas.");
  }
  demandReplicas(secret);
  const name = `${parent}/secrets/${secretId}`;
  if (secrets.secrets.get(name)) {
    const message = `Secret [${secrets.shown(name)}] already exists.`;
    throw new ApiError({ code: "ALREADY_EXISTS", message });
  }
  demandLabels(labels);
  demandAliases(secrets, name, secret.versionAliases);
  demandRoom(cloud.store, "SecretsPerProject", { name });
  const stored = secrets.secrets.put(name, {
    replication,
    createTime: cloud.clock.timestamp(),
    ...{ labels, annotations, topics, rotation, versionDestroyTtl, tags },
    expireTime: expiry(cloud, secret),
    etag: secrets.newEtag(),
    lastVersion: 0,
  });
  return toSecret(secrets, name, stored);
}

/** @throws ApiError INVALID_ARGUMENT for a replica where there is no location */
function demandReplicas({ replication }: Secret): void {
  const locations = (replication?.userManaged?.replicas ?? []).map(({ location = "" }) => location);
  const unknown = locations.find((location) => !locationsOf(host).includes(location));
  if (unknown !== undefined) {
    throw invalid(`Secret.replication.user_managed.replicas.location: '${unknown}' is not a valid location.`);
  }
}

function update({ cloud, secrets }: Context, { secret = {}, updateMask }: UpdateSecretRequest): Secret {
  const name = secret.name ?? "";
  const present = secrets.demandSecret(name);
  demandEtag(present, secret.etag);
  if (!updateMask) throw invalid("update_mask must be set.");
  const changed = applyMask<StoredSecret>(present, { sent: secret, mask: updateMask, mutable: [...mutable] });
  demandLabels(changed.labels);
  demandAliases(secrets, name, changed.versionAliases);
  const { ttl: _, ...kept } = changed;
  const expireTime = /\bttl\b/.test(updateMask) ? expiry(cloud, { ttl: secret.ttl }) : changed.expireTime;
  return toSecret(secrets, name, secrets.secrets.put(name, { ...kept, expireTime, etag: secrets.newEtag() }));
}

/** When a secret goes by itself, given as a time or as a time to live. */
function expiry({ clock }: Cloud, { expireTime, ttl }: Secret): string | undefined {
  return ttl === undefined ? expireTime : toTimestamp(clock.now() + Number.parseFloat(ttl) * 1000);
}

function demandLabels(labels: Secret["labels"] = {}): void {
  if (Object.keys(labels).length > 64) throw invalid("A secret can have no more than 64 labels.");
  for (const [key, value] of Object.entries(labels)) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key)) throw invalid(`Label key ${key} is invalid.`);
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) throw invalid(`Value ${value} of label ${key} is invalid.`);
  }
}

function demandAliases(secrets: Secrets, name: string, aliases: Secret["versionAliases"] = {}): void {
  for (const [alias, number] of Object.entries(aliases)) {
    if (!/^[a-zA-Z][\w-]{0,62}$/.test(alias) || alias === "latest") throw invalid(`Version alias ${alias} is invalid.`);
    if (!secrets.versions.get(`${name}/versions/${number}`)) {
      throw invalid(`Version alias ${alias} names version ${number}, which does not exist.`);
    }
  }
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
