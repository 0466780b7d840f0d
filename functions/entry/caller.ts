import { parseJson, textOf, toObject } from "../../google/json.ts";
import { StepError } from "../error.ts";

/** The two headers that carry the caller's token; Cloud Run checks the first of them when it is there. */
export interface TokenHeaders {
  readonly "x-serverless-authorization"?: string;
  readonly authorization?: string;
}

/**
 * The e-mail address of who called. Cloud Run lets only invokers through and hands their ID token on with its signature
 * removed, so that there is nothing left to verify: the token is read, not trusted anew.
 *
 * @throws StepError UNAUTHENTICATED when no token names an e-mail address
 * @see https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export function emailOfCaller(headers: TokenHeaders): string {
  const token = (headers["x-serverless-authorization"] ?? headers.authorization ?? "").replace(/^bearer /i, "");
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const email = textOf(toObject(parseJson(payload))?.email);
  if (email) return email;
  throw new StepError({
    code: "UNAUTHENTICATED",
    reason: "NO_IDENTITY",
    message: "the request carries no identity token with an e-mail address",
  });
}
