import { createHash, randomBytes } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { emailOf, owner, ownerEmail, type Principal, system } from "./principal.ts";
import type { Identity, TokenContent } from "./tokens.ts";

/** What the beginning of an access token is. */
export const accessTokenPrefix = "ya29.";

/** What the beginning of a refresh token is. */
export const refreshTokenPrefix = "1//0";

/** What a token seals: short names, as it travels with every call. */
export function toSealed({ principal, workload, expires, scopes }: TokenContent): JsonObject {
  return {
    k: principal.kind,
    e: emailOf(principal),
    ...(principal.kind === "serviceAccount" ? { u: principal.uniqueId } : {}),
    w: workload,
    x: Number.isFinite(expires) ? expires : undefined,
    s: scopes.join(" "),
    // Two tokens of one moment are two.
    n: randomBytes(6).toString("base64url"),
  };
}

/** What was sealed; `undefined` for what names nobody. */
export function fromSealed(sealed: JsonObject | undefined): TokenContent | undefined {
  if (!sealed) return undefined;
  const principal = principalOf(sealed);
  if (!principal) return undefined;
  const expires = typeof sealed.x === "number" ? sealed.x : Number.POSITIVE_INFINITY;
  const scopes = String(sealed.s ?? "").split(" ");
  return { principal, ...(typeof sealed.w === "string" ? { workload: sealed.w } : {}), expires, scopes };
}

function principalOf({ k: kind, e: email, u: uniqueId }: JsonObject): Principal | undefined {
  if (typeof email !== "string") return undefined;
  if (kind === "serviceAccount" && typeof uniqueId === "string") return { kind, email, uniqueId };
  if (kind === "owner" || kind === "user" || kind === "system") return { kind, email };
  return undefined;
}

/** Tokens that name whom they stand for. */
export function identityByName(token: string): Identity | undefined {
  if (token === "owner") return { principal: owner };
  const email = token.match(/^user:([^\s@]+@[^\s@]+)$/)?.[1];
  return email === undefined ? undefined : { principal: personOf(email) };
}

/** The principal of a person's e-mail. */
export function personOf(email: string): Principal {
  return email === ownerEmail ? owner : { kind: "user", email };
}

/** The principal that an ID token's subject and e-mail mean. */
export function subjectPrincipal(subject: string, email: string): Principal {
  if (email === emailOf(system())) return system();
  return email.endsWith(".gserviceaccount.com")
    ? { kind: "serviceAccount", email, uniqueId: subject }
    : personOf(email);
}

/** The `sub` of a principal's ID tokens. */
export function subjectOf(principal: Principal): string {
  return principal.kind === "serviceAccount" ? principal.uniqueId : numericId(emailOf(principal));
}

/** The 21 digits that stand for a person. */
function numericId(email: string): string {
  return BigInt(`0x${createHash("sha256").update(email).digest("hex")}`)
    .toString()
    .slice(0, 21);
}
