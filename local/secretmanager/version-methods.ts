import type { TypedHandlers } from "../api.ts";
import { toTimestamp } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { crc32c } from "../crc32c.ts";
import { ApiError } from "../error.ts";
import { readListing } from "../list/listing.ts";
import type {
  AccessSecretVersionResponse,
  AddSecretVersionRequest,
  ListSecretVersionsRequest,
  ListSecretVersionsResponse,
  SecretManagerMethods,
  SecretVersion,
} from "../model/generated/secret-manager.ts";
import { paginate } from "../page.ts";
import { demandEtag } from "./etag.ts";
import type { Secrets, StoredVersion } from "./secret.ts";

const largestPayload = 64 * 1024;

/** Methods on the versions of secrets. */
export function versionMethods(cloud: Cloud, secrets: Secrets): TypedHandlers<SecretManagerMethods> {
  return {
    "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion": (request) => add(cloud, secrets, request),
    "google.cloud.secretmanager.v1.SecretManagerService.ListSecretVersions": (request) => list(secrets, request),
    "google.cloud.secretmanager.v1.SecretManagerService.GetSecretVersion": ({ name = "" }) => {
      const { key, version } = secrets.demandVersion(name);
      return toVersion(secrets, key, version);
    },
    "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion": ({ name = "" }) => access(secrets, name),
    "google.cloud.secretmanager.v1.SecretManagerService.EnableSecretVersion": (request) =>
      setState(secrets, request, { state: "ENABLED", scheduledDestroyTime: undefined }),
    "google.cloud.secretmanager.v1.SecretManagerService.DisableSecretVersion": (request) =>
      setState(secrets, request, { state: "DISABLED" }),
    "google.cloud.secretmanager.v1.SecretManagerService.DestroySecretVersion": (request) =>
      destroy(cloud, secrets, request),
  };
}

function toVersion(secrets: Secrets, key: string, { number: _, ...version }: StoredVersion): SecretVersion {
  return { name: secrets.shown(key), ...version };
}

function add(cloud: Cloud, secrets: Secrets, { parent = "", payload = {} }: AddSecretVersionRequest): SecretVersion {
  const secret = secrets.demandSecret(parent);
  const { data = "", dataCrc32c } = payload;
  const bytes = Buffer.from(data, "base64");
  if (bytes.length === 0) throw invalid("Secret Payload cannot be empty.");
  if (bytes.length > largestPayload) {
    throw invalid(`The payload size must be at most ${largestPayload} bytes, not ${bytes.length}.`);
  }
  if (dataCrc32c !== undefined && BigInt(dataCrc32c) !== BigInt(crc32c(bytes))) {
    throw invalid("The checksum of the payload does not match its data_crc32c: data corruption may have occurred.");
  }
  const number = secret.lastVersion + 1;
  const key = `${parent}/versions/${number}`;
  secrets.secrets.put(parent, { ...secret, lastVersion: number });
  secrets.payloads.put(key, { data: bytes.toString("base64") });
  const version = secrets.versions.put(key, {
    number,
    createTime: cloud.clock.timestamp(),
    state: "ENABLED",
    replicationStatus: secret.replication?.userManaged
      ? { userManaged: { replicas: secret.replication.userManaged.replicas?.map(({ location }) => ({ location })) } }
      : { automatic: {} },
    etag: secrets.newEtag(),
    clientSpecifiedPayloadChecksum: dataCrc32c === undefined ? undefined : true,
  });
  return toVersion(secrets, key, version);
}

function access(secrets: Secrets, name: string): AccessSecretVersionResponse {
  const { key, version } = secrets.demandVersion(name);
  const payload = secrets.payloads.get(key);
  if (version.state !== "ENABLED" || !payload) throw wrongState(secrets, key, version);
  const dataCrc32c = String(crc32c(Buffer.from(payload.data, "base64")));
  return { name: secrets.shown(key), payload: { data: payload.data, dataCrc32c } };
}

function wrongState(secrets: Secrets, key: string, { state }: StoredVersion): ApiError {
  const message = `Secret Version [${secrets.shown(key)}] is in ${state} state.`;
  return new ApiError({ code: "FAILED_PRECONDITION", message });
}

function list(secrets: Secrets, request: ListSecretVersionsRequest): ListSecretVersionsResponse {
  const { passes } = readListing<SecretVersion>("google.cloud.secretmanager.v1.SecretVersion", request);
  const { parent = "", pageSize, pageToken } = request;
  secrets.demandSecret(parent);
  const view = (version: StoredVersion) => toVersion(secrets, `${parent}/versions/${version.number}`, version);
  const found = secrets.listVersions(parent).filter((version) => passes(view(version)));
  // Newest first: tokens order by what is missing to the largest number.
  const key = ({ number }: StoredVersion) => String(1_000_000_000 - number).padStart(10, "0");
  const page = paginate(found, { key, size: pageSize, token: pageToken, limits: { usual: 25_000, most: 25_000 } });
  const versions = page.items.map(view);
  return { versions, nextPageToken: page.nextPageToken, totalSize: found.length };
}

interface VersionRequest {
  readonly name?: string;
  readonly etag?: string;
}

function setState(
  secrets: Secrets,
  { name = "", etag }: VersionRequest,
  change: Partial<StoredVersion>,
): SecretVersion {
  const { key, version } = secrets.demandVersion(name);
  demandEtag(version, etag);
  if (version.state === "DESTROYED") throw wrongState(secrets, key, version);
  return toVersion(secrets, key, secrets.versions.put(key, { ...version, ...change, etag: secrets.newEtag() }));
}

/** Destroys at once, or, when the secret says so, disables now and destroys later. */
function destroy(cloud: Cloud, secrets: Secrets, request: VersionRequest): SecretVersion {
  const { key } = secrets.demandVersion(request.name ?? "");
  const { versionDestroyTtl } = secrets.demandSecret(key.split("/versions/")[0] ?? "");
  if (versionDestroyTtl) {
    const due = cloud.clock.now() + Number.parseFloat(versionDestroyTtl) * 1000;
    return setState(secrets, request, { state: "DISABLED", scheduledDestroyTime: toTimestamp(due) });
  }
  const destroyed = setState(secrets, request, { state: "DESTROYED", destroyTime: cloud.clock.timestamp() });
  secrets.payloads.delete(key);
  return destroyed;
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
