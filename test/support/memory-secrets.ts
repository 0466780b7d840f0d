import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import { ApiError } from "../../google/error.ts";

/** Secrets in memory, with the versions that are added to them. */
export interface MemorySecrets extends Pick<SecretManagerClient, "accessVersion" | "addVersion"> {
  /** Values of a secret, the first version first. */
  readonly values: (secret: string) => readonly string[];
}

/** Makes secrets by full name, each with the values of its versions. */
export function createMemorySecrets(given: Readonly<Record<string, readonly string[]>>): MemorySecrets {
  const secrets = new Map(Object.entries(given).map(([name, values]) => [name, [...values]]));
  return {
    values: (secret) => secrets.get(secret) ?? [],
    async accessVersion(name) {
      const [secret = "", version] = name.split("/versions/");
      return secrets.get(secret)?.[Number(version) - 1];
    },
    async addVersion(secret, value) {
      const versions = secrets.get(secret);
      if (!versions) throw new ApiError({ method: "add", resource: secret, code: "NOT_FOUND", text: "no secret" });
      versions.push(value);
      return { name: `${secret}/versions/${versions.length}`, state: "ENABLED" };
    },
  };
}
