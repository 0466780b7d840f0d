import { type GoogleAuth, UserRefreshClient } from "google-auth-library";

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
