import { googlePermissions } from "./google/permissions.ts";
import { googleRoles } from "./google/roles.ts";

/** A predefined role. */
export interface PredefinedRole {
  readonly title: string;
  readonly permissions: ReadonlySet<string>;
}

const kinds: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(googlePermissions).flatMap(([service, words]) =>
    wordsOf(words).map((word) => {
      const [kind = "", verbs = ""] = word.split(".");
      return [`${service}.${kind}`, verbs.split("|")] as const;
    }),
  ),
);

/** Every permission of Google's that is known here, in order of name. */
export const permissionNames: ReadonlySet<string> = new Set(
  [...kinds.keys()].flatMap((kind) => expand(`${kind}.*`)).sort(),
);

const services = new Set(Object.keys(googlePermissions));

/** Whether a permission exists as far as is known here: of services that are not in the table, the form alone is. */
export function mayExist(permission: string): boolean {
  const [service = ""] = permission.split(".");
  return services.has(service) ? permissionNames.has(permission) : /^\w+(?:\.\w+){2,}$/.test(permission);
}

/** Google's predefined roles for the services served here, by `roles/{role}`. */
export const predefinedRoles: Readonly<Record<string, PredefinedRole>> = Object.fromEntries(
  Object.entries(googleRoles).map(([name, { title, permissions }]) => [
    name,
    { title, permissions: new Set(wordsOf(permissions).flatMap(expand)) },
  ]),
);

function wordsOf(words: string): string[] {
  return words.trim().split(/\s+/);
}

/** The permissions that a word of the table stands for. */
function expand(word: string): string[] {
  const [service = "", kind = "", verbs] = word.split(".");
  const among =
    kind === "*" ? [...kinds.keys()].filter((one) => one.startsWith(`${service}.`)) : [`${service}.${kind}`];
  return among.flatMap((one) => {
    const all = verbs === undefined || verbs === "*" ? kinds.get(one) : verbs.split("|");
    return (all ?? []).map((verb) => `${one}.${verb}`);
  });
}
