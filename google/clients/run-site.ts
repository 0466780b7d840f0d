import { gaxios } from "google-auth-library";
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

/** Asks services of Cloud Run. */
export interface RunSiteClient {
  /**
   * The answer that the process's own account gets, whatever its status.
   *
   * @throws ApiError DEADLINE_EXCEEDED or UNAVAILABLE when there was none
   * @see https://cloud.google.com/run/docs/authenticating/service-to-service
   */
  readonly get: (request: SiteRequest) => Promise<SiteAnswer>;
  /**
   * The answer that anybody gets, who gives no credentials.
   *
   * @throws ApiError DEADLINE_EXCEEDED or UNAVAILABLE when there was none
   */
  readonly getOpenly: (request: Omit<SiteRequest, "audience">) => Promise<SiteAnswer>;
  /** The same as `get`, for what is sent as JSON. */
  readonly post: (request: SiteRequest & Sent) => Promise<SiteAnswer>;
}

/** What is sent. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Opens services of Cloud Run, with an ID token of the process's account for each audience. */
export const connectRunSite: Connect<RunSiteClient> = (auth) => () => ({
  get: (request) => send("GET", request, () => auth.getIdTokenClient(request.audience)),
  getOpenly: (request) => send("GET", request, async () => new gaxios.Gaxios()),
  post: (request) => send("POST", request, () => auth.getIdTokenClient(request.audience)),
});

interface Requester {
  request(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<string>>;
}

async function send(
  method: "GET" | "POST",
  { url, timeoutSeconds, headers, body }: Omit<SiteRequest, "audience"> & Partial<Sent>,
  connect: () => Promise<Requester>,
): Promise<SiteAnswer> {
  try {
    const requester = await connect();
    const answer = await requester.request({
      url,
      method,
      ...(body && { headers: { ...headers, "content-type": "application/json" }, data: JSON.stringify(body) }),
      timeout: timeoutSeconds * 1000,
      responseType: "text",
      validateStatus: () => true,
      retryConfig: { retry: 0 },
    });
    return { status: answer.status, body: answer.data };
  } catch (caught) {
    throw toApiError(caught, { method, resource: url });
  }
}
