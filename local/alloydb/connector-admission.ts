import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { toApiError } from "../error.ts";
import type { ExchangeRequest } from "./metadata-exchange.ts";
import { clusterOf, host } from "./names.ts";
import { iamFlag } from "./node-settings.ts";
import type { Records } from "./records.ts";

/**
 * Decides on a connector's request: the token must be somebody's who may connect to the instance, and for automatic IAM
 * authentication somebody's who may log in to its cluster.
 *
 * @returns why not, in words for the user; or the one role that may log in, when the token decides that
 */
export function admitConnector(
  { tokens, access }: Pick<Cloud, "tokens" | "access">,
  records: Records,
  instance: string,
): (request: ExchangeRequest) => { readonly error: string } | { readonly role?: string } {
  return ({ token, authType }) => {
    const found = identify(tokens, token);
    if ("error" in found) return found;
    const { principal } = found;
    const lacking = (permission: string, resource: string) =>
      access.allows(principal, permission, `//${host}/${resource}`)
        ? undefined
        : {
            error: `Not authorized to access resource. Possibly missing permission ${permission} on resource ${resource}`,
          };
    const refusal = lacking("alloydb.instances.connect", instance);
    if (refusal) return refusal;
    if (authType === "DB_NATIVE") return {};
    if (!takesTokens(records, instance)) {
      return { error: `IAM authentication is not enabled for the instance: set the database flag ${iamFlag} to on` };
    }
    return lacking("alloydb.users.login", clusterOf(instance)) ?? { role: toRoleName(principal) };
  };
}

/**
 * Decides on an access token that is shown as a password: the instance must take tokens, and the principal be one that
 * may log in to the cluster.
 *
 * @returns the role that it may log in as
 */
export function admitToken(
  { tokens, access }: Pick<Cloud, "tokens" | "access">,
  records: Records,
  instance: string,
): (token: string) => string | undefined {
  return (token) => {
    const found = identify(tokens, token);
    if ("error" in found || !takesTokens(records, instance)) return undefined;
    const mayLogIn = access.allows(found.principal, "alloydb.users.login", `//${host}/${clusterOf(instance)}`);
    return mayLogIn ? toRoleName(found.principal) : undefined;
  };
}

function takesTokens({ instances }: Records, instance: string): boolean {
  return instances.get(instance)?.resource.databaseFlags?.[iamFlag] === "on";
}

function identify(
  tokens: Cloud["tokens"],
  token: string,
): { readonly principal: Principal } | { readonly error: string } {
  if (token === "") return { error: "Request is missing required authentication credential." };
  try {
    return tokens.identify(`Bearer ${token}`);
  } catch (caught) {
    return { error: toApiError(caught).message };
  }
}

/** The database role of a principal: its e-mail, without what every service account's ends with. */
function toRoleName(principal: Principal): string {
  if (principal.kind === "anonymous") return "";
  return principal.email.toLowerCase().replace(/\.gserviceaccount\.com$/, "");
}
