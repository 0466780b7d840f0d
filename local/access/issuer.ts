import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { ApiError, errorInfo } from "../error.ts";
import { anonymous, owner, ownerEmail, type Principal } from "./principal.ts";
import type { Identity, Tokens } from "./tokens.ts";

/** A token that was given out. */
interface Issued {
  readonly identity: Identity;
  readonly audience?: string;
  /** Wall time in milliseconds. */
  readonly expires: number;
}

type ServiceAccountPrincipal = Extract<Principal, { kind: "serviceAccount" }>;

const lifetimeSeconds = 3600;

/**
 * Makes the issuer of tokens. Its signing key is made when it is first needed.
 *
 * @param isGone tells whether a service account was disabled or deleted, so that its tokens no longer count
 */
export function createTokens(
  isGone: (account: ServiceAccountPrincipal) => boolean = () => false,
): Tokens & { publicKeys(): SigningKeys } {
  const accessTokens = new Map<string, Issued>();
  const idTokens = new Map<string, Issued>();
  let keys: SigningKeys | undefined;

  function publicKeys(): SigningKeys {
    keys ??= createSigningKeys();
    return keys;
  }

  function keep(table: Map<string, Issued>, token: string, issued: Omit<Issued, "expires">): void {
    const now = Date.now();
    for (const [other, { expires }] of table) if (expires < now) table.delete(other);
    table.set(token, { ...issued, expires: now + lifetimeSeconds * 1000 });
  }

  function find(table: ReadonlyMap<string, Issued>, token: string): Issued {
    const found = table.get(token);
    if (!found) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
    if (found.expires < Date.now()) throw invalidCredentials("ACCESS_TOKEN_EXPIRED");
    const { principal } = found.identity;
    if (principal.kind === "serviceAccount" && isGone(principal)) throw invalidCredentials("ACCOUNT_STATE_INVALID");
    return found;
  }

  return {
    publicKeys,
    accessToken(identity) {
      const token = `ya29.${randomBytes(48).toString("base64url")}`;
      keep(accessTokens, token, { identity });
      return { token, expiresInSeconds: lifetimeSeconds - 1 };
    },
    idToken(identity, audience) {
      const token = publicKeys().signToken(claims(identity.principal, audience));
      keep(idTokens, token, { identity, audience });
      return token;
    },
    identify(authorization) {
      if (authorization === undefined || authorization === "") return { principal: anonymous };
      const token = authorization.match(/^bearer\s+(\S+)$/i)?.[1];
      if (token === undefined) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
      return byName(token) ?? find(accessTokens, token).identity;
    },
    verifyIdToken(token) {
      const named = byName(token);
      if (named) return { ...named, audience: undefined };
      const { identity, audience } = find(idTokens, token);
      return { ...identity, audience };
    },
    certificates: () => publicKeys().certificates,
  };
}

/** Tokens that name whom they stand for. */
function byName(token: string): Identity | undefined {
  if (token === "owner") return { principal: owner };
  const email = token.match(/^user:([^\s@]+@[^\s@]+)$/)?.[1];
  if (email === undefined) return undefined;
  return { principal: email === ownerEmail ? owner : { kind: "user", email } };
}

function claims(principal: Principal, audience: string): Record<string, unknown> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const email = principal.kind === "anonymous" ? undefined : principal.email;
  const subject = principal.kind === "serviceAccount" ? principal.uniqueId : numericId(email ?? "");
  return {
    iss: "https://accounts.google.com",
    aud: audience,
    azp: subject,
    sub: subject,
    email,
    email_verified: true,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    // Two tokens of one second would be one text otherwise.
    jti: randomBytes(8).toString("hex"),
  };
}

/** The 21 digits that stand for a person. */
function numericId(email: string): string {
  return BigInt(`0x${createHash("sha256").update(email).digest("hex")}`)
    .toString()
    .slice(0, 21);
}

/** The key that ID tokens are signed with, in the forms that verifying clients fetch. */
export interface SigningKeys {
  signToken(payload: Record<string, unknown>): string;
  /** PEM by key id. */
  readonly certificates: Readonly<Record<string, string>>;
  /** JSON Web Key Set. */
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
}

function createSigningKeys(): SigningKeys {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(20).toString("hex");
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    signToken(payload) {
      const text = `${encode({ alg: "RS256", kid, typ: "JWT" })}.${encode(payload)}`;
      return `${text}.${sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
    certificates: { [kid]: publicKey.export({ type: "spki", format: "pem" }).toString() },
    jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }] },
  };
}

/** The refusal of credentials that are none. */
function invalidCredentials(reason: string): ApiError {
  return new ApiError({
    code: "UNAUTHENTICATED",
    message:
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
      "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    details: [errorInfo(reason, "googleapis.com", {})],
    reason: "authError",
  });
}

/** The refusal of a call without credentials. */
export function missingCredentials(): ApiError {
  return new ApiError({
    code: "UNAUTHENTICATED",
    message:
      "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other " +
      "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    details: [errorInfo("CREDENTIALS_MISSING", "googleapis.com", {})],
    reason: "required",
  });
}
