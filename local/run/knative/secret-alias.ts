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
 * with a number where two would be the same.
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
  const full = new Set([...inContainers, ...inVolumes].filter((name) => name?.includes("/")).map(String));
  const table: Record<string, string> = {};
  for (const name of full) {
    const known = Object.keys(chosen).find((alias) => chosen[alias] === name);
    table[known ?? free(table, idOf(name))] = name;
  }
  return {
    aliasOf: (secret) => Object.keys(table).find((alias) => table[alias] === secret) ?? secret,
    table: full.size > 0 ? table : undefined,
  };
}

function free(table: Readonly<Record<string, string>>, id: string): string {
  for (let count = 1; ; count += 1) {
    const alias = count === 1 ? id : `${id}-${count}`;
    if (!(alias in table)) return alias;
  }
}
