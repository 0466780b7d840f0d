/**
 * The OAuth client that `gcloud auth login` signs people in with.
 *
 * @see https://cloud.google.com/run/docs/authenticating/developers
 */
const gcloudClient = "32555940559.apps.googleusercontent.com";

/** The OAuth client of `gcloud auth application-default login`, and of the credentials files written here. */
export const adcClient = "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com";

/** Whether an ID token's audience is a client that people sign in with; Cloud Run takes such tokens from people. */
export function isSignInClient(audience: string): boolean {
  return audience === gcloudClient || audience === adcClient;
}
