import type { GoogleAuth } from "google-auth-library";
import type { Connect } from "../auth.ts";
import { toApiError } from "../error.ts";

/** What a service answered. */
export interface SiteAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request to a service of Cloud Run. */
export interface SiteRequest {
  readonly url: string;
  /** URL of the service itself, whichever of its URLs is asked. */
  readonly audience: string;
  readonly timeoutSeconds: number;
}

/** Asks services of Cloud Run as the process's own account. */
export interface RunSiteClient {
  /**
   * The answer, whatever its status.
   *
   * @throws ApiError DEADLINE_EXCEEDED or UNAVAILABLE when there was none
   * @see https://cloud.google.com/run/docs/authenticating/service-to-service
   */
  readonly get: (request: SiteRequest) => Promise<SiteAnswer>;
}

/** Opens services of Cloud Run, with an ID token of the process's account for each audience. */
export const connectRunSite: Connect<RunSiteClient> = (auth) => () => ({ get: (request) => get(auth, request) });

async function get(auth: GoogleAuth, { url, audience, timeoutSeconds }: SiteRequest): Promise<SiteAnswer> {
  try {
    const client = await auth.getIdTokenClient(audience);
    const answer = await client.request<string>({
      url,
      method: "GET",
      timeout: timeoutSeconds * 1000,
      responseType: "text",
      validateStatus: () => true,
      retryConfig: { retry: 0 },
    });
    return { status: answer.status, body: answer.data };
  } catch (caught) {
    throw toApiError(caught, { method: "GET", resource: url });
  }
}
