import type { Principal } from "./principal.ts";

/** Who a request's credentials stand for. */
export interface Identity {
  readonly principal: Principal;
  /** Name of the workload that the token was given to, see `Fabric.workload`. */
  readonly workload?: string;
}

/** Access and ID tokens of the local cloud. They carry wall time, since real clients compare them with theirs. */
export interface Tokens {
  accessToken(identity: Identity): { readonly token: string; readonly expiresInSeconds: number };
  /** A signed JWT with `aud`, `email`, `sub`, `iss: https://accounts.google.com`. */
  idToken(identity: Identity, audience: string): string;
  /**
   * The identity behind an `authorization` header: an access token, `owner`, or `user:EMAIL`. None is anonymous.
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
  /** The certificates page of the token issuer, `{ kid: PEM }`, for verifying clients. */
  certificates(): Readonly<Record<string, string>>;
}
