import { isSignInClient } from "../access/oauth-clients.ts";
import { anonymous } from "../access/principal.ts";
import { parseJwt } from "../access/rsa-key.ts";
import type { Identity } from "../access/tokens.ts";
import { ApiError } from "../error.ts";
import type { HttpResponse } from "../http.ts";
import { host, type RunContext } from "./context.ts";
import { page } from "./page.ts";
import type { Target } from "./target.ts";

type Headers = Readonly<Record<string, string | string[]>>;

/** Either the headers that the container receives, or the answer of who does not come in. */
export type Admission = { readonly headers: Headers } | { readonly refusal: HttpResponse };

/**
 * Checks the invoker: an ID token for the service, or nobody in particular where `allUsers` may invoke.
 * `X-Serverless-Authorization` counts before `Authorization`; the container receives the token without its signature.
 *
 * @see https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export function admit(context: RunContext, target: Target, headers: Headers): Admission {
  const field = headers["x-serverless-authorization"] === undefined ? "authorization" : "x-serverless-authorization";
  const token = /^bearer (.+)$/i.exec(String(headers[field] ?? ""))?.[1];
  const isPublic = target.service.invokerIamDisabled === true || mayInvoke(context, target, { principal: anonymous });
  const caller = token === undefined ? undefined : verify(context, token);
  if (isPublic) return { headers: caller ? withToken(context, { headers, field, token, target, caller }) : headers };
  if (token === undefined) return { refusal: forbidden(target) };
  if (!caller || !isMeant(caller, target)) return { refusal: unauthorized() };
  if (!mayInvoke(context, target, caller)) return { refusal: forbidden(target) };
  return { headers: withToken(context, { headers, field, token, target, caller }) };
}

type Caller = Identity & { readonly audience: string | undefined };

function forbidden({ path }: Target): HttpResponse {
  const shown = path.split("?")[0]?.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  return page(403, `Your client does not have permission to get URL <code>${shown}</code> from this server.`);
}

function unauthorized(): HttpResponse {
  const answer = page(401, "Your client does not have permission to the requested URL.");
  const challenge = 'Bearer error="invalid_token" error_description="The access token could not be verified"';
  return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge } };
}

function verify({ cloud }: RunContext, token: string): Caller | undefined {
  try {
    return cloud.tokens.verifyIdToken(token);
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "UNAUTHENTICATED") return undefined;
    throw caught;
  }
}

/**
 * A token without an audience stands for its bearer everywhere (`owner`, `user:EMAIL`); people may also come with the
 * token that they signed in to gcloud with.
 */
function isMeant({ audience, principal }: Caller, { audiences }: Target): boolean {
  if (audience === undefined || audiences.includes(audience.replace(/\/$/, ""))) return true;
  return principal.kind !== "serviceAccount" && isSignInClient(audience);
}

function mayInvoke({ cloud }: RunContext, { service }: Target, { principal }: Pick<Identity, "principal">): boolean {
  return cloud.access.allows(principal, "run.routes.invoke", `//${host}/${service.name}`);
}

interface Admitted {
  readonly headers: Headers;
  readonly field: string;
  readonly token: string | undefined;
  readonly target: Target;
  readonly caller: Caller;
}

function withToken({ cloud }: RunContext, { headers, field, token = "", target, caller }: Admitted): Headers {
  const signed = parseJwt(token) ? token : cloud.tokens.idToken(caller, target.service.uri ?? "");
  const [head, payload] = signed.split(".");
  return { ...headers, [field]: `Bearer ${head}.${payload}.SIGNATURE_REMOVED_BY_GOOGLE` };
}
