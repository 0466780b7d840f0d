import { randomBytes } from "node:crypto";
import type { JsonObject } from "../json.ts";
import type { Store } from "../store.ts";
import { invalidCredentials } from "./credentials.ts";
import { certify } from "./key-certificate.ts";
import type { IssuerKeys } from "./keys.ts";
import { emailOf, type Principal } from "./principal.ts";
import { parseJwt, signJwt, toJwk } from "./rsa-key.ts";
import { identityByName, subjectOf, subjectPrincipal } from "./token-text.ts";
import type { Identity, Tokens } from "./tokens.ts";

/** The issuer of ID tokens. */
export const issuer = "https://accounts.google.com";

/** What ID tokens are made and verified with. */
interface IdTokenContext {
  readonly store: Store;
  readonly keys: IssuerKeys;
  /** @throws ApiError UNAUTHENTICATED for an account that is gone */
  readonly demandPresent: <T extends Identity>(found: T) => T;
}

const lifetimeSeconds = 3600;
const day = 24 * 3600 * 1000;

/** Makes the part of the token issuer that signs JSON Web Tokens. */
export function createIdTokens({
  store,
  keys,
  demandPresent,
}: IdTokenContext): Pick<Tokens, "idToken" | "verifyIdToken" | "certificates" | "jwks"> {
  const accounts = store.collection<{ readonly uniqueId: string }>("iam.serviceAccounts");

  /** ID tokens may leave out their account's e-mail. */
  function emailOfSubject(subject: string): string {
    return accounts.list().find(([, { uniqueId }]) => uniqueId === subject)?.[0] ?? "";
  }

  return {
    idToken: ({ principal }, audience, extra) =>
      signJwt(keys.signing(), { ...claimsOf(principal, audience), ...extra }),
    verifyIdToken(token) {
      const named = identityByName(token);
      if (named) return { ...named, audience: undefined };
      const jwt = parseJwt(token);
      const { publicKey } = keys.signing();
      if (jwt?.claims.iss !== issuer || !jwt.isSignedBy(publicKey)) throw invalidCredentials("INVALID_ID_TOKEN");
      if (Number(jwt.claims.exp) * 1000 < Date.now()) throw invalidCredentials("ID_TOKEN_EXPIRED");
      const subject = String(jwt.claims.sub);
      const email = String(jwt.claims.email ?? emailOfSubject(subject));
      return demandPresent({ principal: subjectPrincipal(subject, email), audience: String(jwt.claims.aud) });
    },
    async certificates() {
      const key = keys.signing();
      const times = { notBefore: key.createTime - day, notAfter: key.createTime + 3650 * day };
      const commonName = "federated-signon.system.gserviceaccount.com";
      return { [key.keyId]: await certify(key, { commonName, ...times }) };
    },
    jwks: () => ({ keys: [toJwk(keys.signing())] }),
  };
}

function claimsOf(principal: Principal, audience: string): JsonObject {
  const issuedAt = Math.floor(Date.now() / 1000);
  const subject = subjectOf(principal);
  return {
    iss: issuer,
    aud: audience,
    azp: subject,
    sub: subject,
    email: principal.kind === "anonymous" ? undefined : emailOf(principal),
    email_verified: true,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    // Two tokens of one second would be one text otherwise.
    jti: randomBytes(8).toString("hex"),
  };
}
