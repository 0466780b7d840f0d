import type { JsonObject } from "../json.ts";
import type { Principal } from "./principal.ts";

/** Who a request's credentials stand for. */
export interface Identity {
  readonly principal: Principal;
  /** Name of the workload that the token was given to, see `Fabric.workload`. */
  readonly workload?: string;
}

/** What an access token is to say. */
export interface AccessTokenOptions {
  /** 3599 unless given. */
  readonly lifetimeSeconds?: number;
  /** The whole of Google Cloud unless given. */
  readonly scopes?: readonly string[];
}

/** What a token says. */
export interface TokenContent extends Identity {
  /** Wall time in milliseconds. */
  readonly expires: number;
  readonly scopes: readonly string[];
}

/**
 * Access, refresh and ID tokens of the local cloud. They carry wall time, since real clients compare them with theirs,
 * and say themselves whom they stand for, so that they outlive a restart. Those of an account that is disabled or
 * deleted do not count, nor do those of its namesake before it.
 */
export interface Tokens {
  accessToken(
    identity: Identity,
    options?: AccessTokenOptions,
  ): { readonly token: string; readonly expiresInSeconds: number };
  /** A token that does not expire, for a person's (or an account's) credentials file. */
  refreshToken(principal: Principal): string;
  /**
   * A signed JWT with `aud`, `email`, `sub`, `iss: https://accounts.google.com`.
   *
   * @param extra claims to add, or with `undefined` to leave out
   */
  idToken(identity: Identity, audience: string, extra?: JsonObject): string;
  /**
   * The identity behind an `authorization` header: an access token, a JWT that a service account's key signed, `owner`,
   * or `user:EMAIL`. None is anonymous.
   *
   * @throws ApiError UNAUTHENTICATED for a token that is malformed, unknown or expired
   */
  identify(authorization: string | undefined): Identity;
  /**
   * The identity and audience behind an ID token (also accepts `owner` and `user:EMAIL`, with the audience asked for).
   *
   * @throws ApiError UNAUTHENTICATED
   */
  verifyIdToken(token: string): Identity & { readonly audience: string | undefined };
  /**
   * What an access token says.
   *
   * @throws ApiError UNAUTHENTICATED
   */
  inspect(accessToken: string): TokenContent;
  /** Whom a refresh token stands for; `undefined` when it does not count. */
  redeem(refreshToken: string): Principal | undefined;
  /** Ends an access or refresh token; whether it was one. */
  revoke(token: string): boolean;
  /** The certificates page of the token issuer, `{ kid: PEM }`, for verifying clients. */
  certificates(): Promise<Readonly<Record<string, string>>>;
  /** The issuer's keys as a JSON Web Key Set. */
  jwks(): { readonly keys: readonly JsonObject[] };
}
