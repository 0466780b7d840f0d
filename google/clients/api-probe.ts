import type { Connect } from "../auth.ts";
import { ApiError } from "../error.ts";
import { createRest } from "../rest.ts";

/**
 * One reading call of each API. What it answers does not matter, as long as it is not that the API is not enabled, which
 * Google looks at before the caller's permissions. `{project}` and `{number}` are filled in.
 */
// biome-ignore format: a table
const readings: Readonly<Record<string, string>> = {
  "alloydb.googleapis.com":              "/v1/projects/{project}/locations",
  "artifactregistry.googleapis.com":     "/v1/projects/{project}/locations",
  "cloudbuild.googleapis.com":           "/v1/projects/{project}/builds?pageSize=1",
  "cloudresourcemanager.googleapis.com": "/v1/projects/{project}",
  "compute.googleapis.com":              "/compute/v1/projects/{project}/global/networks?maxResults=1",
  "iam.googleapis.com":                  "/v1/projects/{project}/serviceAccounts?pageSize=1",
  "run.googleapis.com":                  "/v2/projects/{project}/locations/-/services?pageSize=1",
  "secretmanager.googleapis.com":        "/v1/projects/{project}/secrets?pageSize=1",
  "servicenetworking.googleapis.com":    "/v1/services/servicenetworking.googleapis.com/connections?network=projects/{number}/global/networks/default",
  "vpcaccess.googleapis.com":            "/v1/projects/{project}/locations",
};

/** Which project's APIs are probed; the number is decimal, as a text. */
interface ProbedProject {
  readonly project: string;
  readonly number: string;
}

/** Tells whether APIs answer, which they begin to do some time after they were enabled. */
export interface ApiProbeClient {
  /** The text of the refusal when the API says that it is not enabled; undefined when it answers. */
  readonly refusalOf: (api: string, project: ProbedProject) => Promise<string | undefined>;
}

/** Opens the probe; it only reads. */
export const connectApiProbe: Connect<ApiProbeClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    refusalOf: async (api, { project, number }) => {
      const reading = readings[api];
      if (reading === undefined) return undefined;
      const path = reading.replace("{project}", project).replace("{number}", number);
      const site = { method: "probe", resource: api };
      try {
        await rest.fetchText({ method: "GET", url: `https://${api}${path}`, site });
        return undefined;
      } catch (caught) {
        if (!(caught instanceof ApiError)) throw caught;
        return caught.reason === "SERVICE_DISABLED" ? caught.text : undefined;
      }
    },
  };
};
