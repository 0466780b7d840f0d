import { type GoogleAuth, UserRefreshClient } from "google-auth-library";
import { parseJson, toObject } from "../google/json.ts";

/**
 * An ID token of whoever is logged in: a person's login has one of its own, a service account makes one for the function.
 *
 * @param audience URL of the function
 */
export async function identityToken(auth: GoogleAuth, audience: string): Promise<string> {
  const client = await auth.getClient();
  if (client instanceof UserRefreshClient) {
    await client.getAccessToken();
    return client.credentials.id_token ?? "";
  }
  const idClient = await auth.getIdTokenClient(audience);
  return idClient.idTokenProvider.fetchIdToken(audience);
}

/** Whom an ID token is of, as policies name members; undefined when it tells no e-mail. */
export function memberOf(token: string): string | undefined {
  const payload = toObject(parseJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  if (typeof payload?.email !== "string") return undefined;
  const kind = payload.email.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user";
  return `${kind}:${payload.email}`;
}
