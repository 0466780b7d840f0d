import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { Secret, SecretVersion, SecretVersion_State } from "../model/generated/secret-manager.ts";
import type { Collection } from "../store.ts";

/** A secret as `secretmanager.secrets` has it, by `projects/{project id}/secrets/{secret}`. */
export interface StoredSecret extends Omit<Secret, "name"> {
  readonly etag: string;
  readonly createTime: string;
  /** Number of the version added last; numbers are never given twice. */
  readonly lastVersion: number;
}

/** A version as `secretmanager.versions` has it, by `{secret}/versions/{number}`. Its payload is kept apart. */
export interface StoredVersion extends Omit<SecretVersion, "name" | "state"> {
  readonly number: number;
  readonly state: SecretVersion_State;
  readonly etag: string;
}

/** The secrets of a local cloud. */
export interface Secrets {
  readonly secrets: Collection<StoredSecret>;
  readonly versions: Collection<StoredVersion>;
  /** Base64 data by version. */
  readonly payloads: Collection<{ readonly data: string }>;
  /** @throws ApiError NOT_FOUND, also for a secret whose time is over */
  demandSecret(name: string): StoredSecret;
  /**
   * The version behind a number, an alias, or `latest`, with the key it is kept under.
   *
   * @throws ApiError NOT_FOUND
   */
  demandVersion(name: string): { readonly key: string; readonly version: StoredVersion };
  /** Versions of a secret, newest first. */
  listVersions(secret: string): readonly StoredVersion[];
  delete(secret: string): void;
  newEtag(): string;
  /** A name with the project's number, as answers carry it. */
  shown(name: string): string;
}

/** Opens the secrets of a local cloud. */
export function openSecrets(cloud: Cloud): Secrets {
  const secrets: Secrets["secrets"] = cloud.store.collection("secretmanager.secrets");
  const versions: Secrets["versions"] = cloud.store.collection("secretmanager.versions");
  const payloads: Secrets["payloads"] = cloud.store.collection("secretmanager.payloads");
  const draws = cloud.random.fork("secretmanager");

  function shown(name: string): string {
    const [, project = "", ...rest] = name.split("/");
    return ["projects", cloud.projects.ensure(project).projectNumber, ...rest].join("/");
  }

  function remove(secret: string): void {
    for (const [name] of versions.list(`${secret}/versions/`)) {
      versions.delete(name);
      payloads.delete(name);
    }
    secrets.delete(secret);
    cloud.access.deletePolicies(`//secretmanager.googleapis.com/${secret}`);
  }

  function demandSecret(name: string): StoredSecret {
    const secret = secrets.get(name);
    if (secret?.expireTime && Date.parse(secret.expireTime) <= cloud.clock.now()) remove(name);
    const present = secrets.get(name);
    if (!present) throw notFound(`Secret [${shown(name)}] not found.`);
    return present;
  }

  /** A version whose delayed destruction has come due is destroyed when it is next looked at. */
  function settle(key: string, version: StoredVersion): StoredVersion {
    const { scheduledDestroyTime, ...rest } = version;
    if (!scheduledDestroyTime || Date.parse(scheduledDestroyTime) > cloud.clock.now()) return version;
    payloads.delete(key);
    return versions.put(key, { ...rest, state: "DESTROYED", destroyTime: scheduledDestroyTime });
  }

  function listVersions(secret: string): readonly StoredVersion[] {
    const found = versions.list(`${secret}/versions/`).map(([key, version]) => settle(key, version));
    return found.sort((a, b) => b.number - a.number);
  }

  return {
    ...{ secrets, versions, payloads, demandSecret, listVersions, shown, delete: remove },
    newEtag: () => `"${draws.hex(14)}"`,
    demandVersion(name) {
      const [secretName = "", id = ""] = name.split("/versions/");
      const secret = demandSecret(secretName);
      const newest = listVersions(secretName)[0]?.number;
      if (id === "latest" && newest === undefined) {
        throw notFound(`Secret [${shown(secretName)}] not found or has no versions.`);
      }
      const key = `${secretName}/versions/${id === "latest" ? newest : (secret.versionAliases?.[id] ?? id)}`;
      const version = versions.get(key);
      if (!version) throw notFound(`Secret Version [${shown(key)}] not found.`);
      return { key, version: settle(key, version) };
    },
  };
}

function notFound(message: string): ApiError {
  return new ApiError({ code: "NOT_FOUND", message });
}
