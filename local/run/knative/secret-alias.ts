import type { Container, Volume } from "../../model/generated/run.ts";
import { idOf } from "../names.ts";

/** Names by which containers and volumes of one template know secrets of other projects. */
export interface SecretAliases {
  /** The short name of a secret. */
  aliasOf(secret: string): string;
  /** The full name behind a short one; a name that is no alias is a secret of the project itself. */
  readonly table: Readonly<Record<string, string>> | undefined;
}

/**
 * Gives each secret that is known by its full name a short one: the one that the client chose, else the secret's id,
 * with a number where another goes by it.
 *
 * @param chosen full names by the names that the client gave them
 */
export function aliasSecrets(
  { containers = [], volumes = [] }: { containers?: readonly Container[]; volumes?: readonly Volume[] },
  chosen: Readonly<Record<string, string>> = {},
): SecretAliases {
  const inContainers = containers.flatMap(({ env = [] }) =>
    env.map(({ valueSource }) => valueSource?.secretKeyRef?.secret),
  );
  const inVolumes = volumes.map(({ secret }) => secret?.secret);
  const names = [...new Set([...inContainers, ...inVolumes])].filter((name) => name !== undefined);
  const plain = new Set(names.filter((name) => !name.includes("/")));
  const full = names.filter((name) => name.includes("/"));
  const table: Record<string, string> = {};
  for (const name of full) {
    const known = Object.keys(chosen).find((alias) => chosen[alias] === name && !plain.has(alias));
    table[known ?? free(idOf(name), (alias) => alias in table || plain.has(alias))] = name;
  }
  return {
    aliasOf: (secret) => Object.keys(table).find((alias) => table[alias] === secret) ?? secret,
    table: full.length > 0 ? table : undefined,
  };
}

function free(id: string, isTaken: (alias: string) => boolean): string {
  for (let count = 1; ; count += 1) {
    const alias = count === 1 ? id : `${id}-${count}`;
    if (!isTaken(alias)) return alias;
  }
}
