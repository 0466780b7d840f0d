import { GoogleAuth } from "google-auth-library";

/** Asked right before each call that changes something; throws to stop the call (a lost lock, for example). */
export type Guard = () => Promise<void>;

/**
 * How an API is reached. The outer call is made once per process and opens what is costly (a gRPC channel); the inner
 * one is made per request and gives a client whose changing calls ask `guard` first.
 */
export type Connect<Client> = (auth: GoogleAuth) => (guard: Guard) => Client;

/** The one OAuth scope that all calls use; IAM decides what the caller may do. */
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

/**
 * The process's own credentials, found the usual way (attached account, ADC). A quota project is sent only when those
 * credentials or `GOOGLE_CLOUD_QUOTA_PROJECT` name one.
 */
export function createAuth(): GoogleAuth {
  return new GoogleAuth({ scopes: [cloudPlatform] });
}

/** A guard for callers that hold no lock. */
export const unguarded: Guard = async () => {};
