import { randomUUID } from "node:crypto";
import { type GoogleAuth, UserRefreshClient } from "google-auth-library";
import type { Problem, RequestAccepted, RequestBody, RunView } from "../functions/api.ts";

/** A refusal of the request function. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** What the command line asks of an installation: everything goes through its request function. */
export interface RequestClient {
  /** @throws ProblemError */
  request(body: RequestBody): Promise<RequestAccepted>;
  /** @throws ProblemError */
  getRun(run: string): Promise<RunView>;
  /** Runs of an environment, newest first. @throws ProblemError */
  listRuns(environment: string): Promise<readonly RunView[]>;
}

/**
 * Speaks to the request function at its URL, as whoever is logged in.
 *
 * @param url `https://alloyrun-request-{number}.{region}.run.app`
 */
export function createRequestClient(auth: GoogleAuth, url: string): RequestClient {
  const send = async <Answer>(method: "GET" | "POST", path: string, body?: object): Promise<Answer> => {
    const headers: Record<string, string> = { authorization: `Bearer ${await identityToken(auth, url)}` };
    if (body) headers["idempotency-key"] = randomUUID();
    if (body) headers["content-type"] = "application/json";
    const response = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new ProblemError(problemOf(response.status, text));
    return JSON.parse(text);
  };
  return {
    request: (body) => send<RequestAccepted>("POST", "/v1/requests", body),
    getRun: (run) => send<RunView>("GET", `/v1/runs/${encodeURIComponent(run)}`),
    async listRuns(environment) {
      const { runs } = await send<{ runs: RunView[] }>("GET", `/v1/environments/${encodeURIComponent(environment)}`);
      return runs;
    },
  };
}

/** A person's login gives an ID token of its own; a service account makes one for the function. */
async function identityToken(auth: GoogleAuth, audience: string): Promise<string> {
  const client = await auth.getClient();
  if (client instanceof UserRefreshClient) {
    await client.getAccessToken();
    return client.credentials.id_token ?? "";
  }
  const idClient = await auth.getIdTokenClient(audience);
  return idClient.idTokenProvider.fetchIdToken(audience);
}

/** Cloud Run's own refusals are pages, not problem documents. */
function problemOf(status: number, text: string): Problem {
  try {
    const problem = JSON.parse(text);
    if (typeof problem?.detail === "string") return problem;
  } catch {
    // Not JSON: described by its status below.
  }
  const detail =
    status === 403
      ? "this identity may not call alloyrun: grant it roles/run.invoker on the service alloyrun-request"
      : status === 404
        ? "alloyrun is not installed here: run `alloyrun deploy` first"
        : `the request function answered HTTP ${status}`;
  return { type: "about:blank", title: "Refused before alloyrun was reached", status, detail };
}
