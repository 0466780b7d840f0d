/**
 * Who a call is made by.
 *
 * `owner` may do anything anywhere; `system` is the local cloud's own machinery and Google's service agents, whose
 * rights are not modelled; `anonymous` came without credentials.
 */
export type Principal =
  | { readonly kind: "owner"; readonly email: string }
  | { readonly kind: "user"; readonly email: string }
  | { readonly kind: "serviceAccount"; readonly email: string; readonly uniqueId: string }
  | { readonly kind: "system"; readonly email: string }
  | { readonly kind: "anonymous" };

/** The e-mail that the bearer token `owner` stands for. */
export const ownerEmail = "owner@example.com";

/** The owner of every project. */
export const owner: Principal = { kind: "owner", email: ownerEmail };

/** Nobody in particular. */
export const anonymous: Principal = { kind: "anonymous" };

/** The local cloud itself or a Google service agent, for calls between APIs. */
export function system(agent = "system"): Principal {
  return { kind: "system", email: `${agent}@system.gserviceaccount.com` };
}

/** The members of IAM bindings that mean this principal, most specific first. */
export function membersOf(principal: Principal): readonly string[] {
  const email = emailOf(principal).toLowerCase();
  switch (principal.kind) {
    case "anonymous":
      return ["allUsers"];
    case "owner":
    case "user":
      return [`user:${email}`, `domain:${email.split("@")[1]}`, "allAuthenticatedUsers", "allUsers"];
    case "serviceAccount":
    case "system":
      return [`serviceAccount:${email}`, "allAuthenticatedUsers", "allUsers"];
  }
}

/** E-mail of a principal as logs show it. */
export function emailOf(principal: Principal): string {
  return principal.kind === "anonymous" ? "anonymous" : principal.email;
}
