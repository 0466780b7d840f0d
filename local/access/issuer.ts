import { createHash } from "node:crypto";
import type { Store } from "../store.ts";
import { type AccountKeys, openAccountKeys } from "./account-keys.ts";
import { invalidCredentials } from "./credentials.ts";
import { createIdTokens } from "./id-tokens.ts";
import { openIssuerKeys } from "./keys.ts";
import { anonymous, type Principal } from "./principal.ts";
import { createSeal } from "./seal.ts";
import { accessTokenPrefix, fromSealed, identityByName, refreshTokenPrefix, toSealed } from "./token-text.ts";
import type { Identity, TokenContent, Tokens } from "./tokens.ts";

/** What `createTokens` works with. */
export interface IssuerContext {
  readonly store: Store;
  /** Tells whether a service account was disabled or deleted, so that its tokens no longer count. */
  readonly isGone?: (account: ServiceAccountPrincipal) => boolean;
}

type ServiceAccountPrincipal = Extract<Principal, { kind: "serviceAccount" }>;

/** What a token may be used for unless it says less. */
export const wholeCloud = "https://www.googleapis.com/auth/cloud-platform";

const lifetimeSeconds = 3600;

/** Makes the issuer of tokens of a local cloud. */
export function createTokens({ store, isGone = () => false }: IssuerContext): Tokens {
  const keys = openIssuerKeys(store);
  const accountKeys = openAccountKeys(store);
  const revoked = store.collection<{ readonly revoked: true }>("local.revokedTokens");
  const seal = (purpose: "access" | "refresh") => createSeal(keys.secret(), purpose);

  function demandPresent<T extends Identity>(found: T): T {
    const { principal } = found;
    if (principal.kind === "serviceAccount" && isGone(principal)) throw invalidCredentials("ACCOUNT_STATE_INVALID");
    return found;
  }

  function inspect(token: string): TokenContent {
    const found = token.startsWith(accessTokenPrefix)
      ? fromSealed(seal("access").open(token.slice(accessTokenPrefix.length)))
      : undefined;
    if (!found) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
    if (found.expires < Date.now() || revoked.get(digest(token))) throw invalidCredentials("ACCESS_TOKEN_EXPIRED");
    return demandPresent(found);
  }

  function redeem(token: string): Principal | undefined {
    if (!token.startsWith(refreshTokenPrefix) || revoked.get(digest(token))) return undefined;
    const principal = fromSealed(seal("refresh").open(token.slice(refreshTokenPrefix.length)))?.principal;
    return principal?.kind === "serviceAccount" && isGone(principal) ? undefined : principal;
  }

  return {
    ...createIdTokens({ store, keys, demandPresent }),
    inspect,
    redeem,
    accessToken(identity, { lifetimeSeconds: seconds = lifetimeSeconds - 1, scopes = [wholeCloud] } = {}) {
      // A second more than is told, so that nobody's last use of it comes too late.
      const expires = Date.now() + (seconds + 1) * 1000;
      const token = accessTokenPrefix + seal("access").close(toSealed({ ...identity, expires, scopes }));
      return { token, expiresInSeconds: seconds };
    },
    refreshToken(principal) {
      const content = { principal, expires: Number.POSITIVE_INFINITY, scopes: [wholeCloud] };
      return refreshTokenPrefix + seal("refresh").close(toSealed(content));
    },
    identify(authorization) {
      if (authorization === undefined || authorization === "") return { principal: anonymous };
      const token = authorization.match(/^bearer\s+(\S+)$/i)?.[1];
      if (token === undefined) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
      const named = identityByName(token) ?? selfSigned(accountKeys, token);
      if (named) return demandPresent(named);
      const { principal, workload } = inspect(token);
      return workload === undefined ? { principal } : { principal, workload };
    },
    revoke(token) {
      const isOurs = fromSealed(seal("access").open(token.slice(accessTokenPrefix.length))) ?? redeem(token);
      if (isOurs) revoked.put(digest(token), { revoked: true });
      return isOurs !== undefined;
    },
  };
}

/**
 * A JWT that a service account's key signed, in place of an access token.
 *
 * @see https://google.aip.dev/auth/4111
 */
function selfSigned(accountKeys: AccountKeys, token: string): Identity | undefined {
  if (token.startsWith(accessTokenPrefix)) return undefined;
  const found = accountKeys.signerOf(token);
  if (!found) return undefined;
  const { sub, aud, scope, exp } = found.jwt.claims;
  if (Number(exp) * 1000 < Date.now()) throw invalidCredentials("ACCESS_TOKEN_EXPIRED");
  const isForApi = typeof aud === "string" && /^https:\/\/[a-z0-9.-]+\.googleapis\.com\/?/.test(aud);
  const isMeant = sub === found.principal.email && (isForApi || typeof scope === "string");
  if (!isMeant) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
  return { principal: found.principal };
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
