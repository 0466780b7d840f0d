import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { createRest } from "../rest.ts";

/** A build, as far as alloyrun reads or writes it. */
export interface Build {
  readonly id?: string;
  /** `projects/{project}/locations/{location}/builds/{build}` */
  readonly name?: string;
  readonly status?: BuildStatus;
  readonly statusDetail?: string;
  readonly source?: {
    readonly storageSource?: { readonly bucket?: string; readonly object?: string; readonly generation?: string };
  };
  readonly steps?: readonly {
    readonly name: string;
    readonly entrypoint?: string;
    readonly args?: readonly string[];
    readonly env?: readonly string[];
  }[];
  /** Images that the build pushes. */
  readonly images?: readonly string[];
  readonly tags?: readonly string[];
  /** Duration, for example `1200s`. */
  readonly timeout?: string;
  /** `projects/{project}/serviceAccounts/{email}` */
  readonly serviceAccount?: string;
  readonly options?: { readonly logging?: "CLOUD_LOGGING_ONLY" };
  readonly results?: { readonly images?: readonly { readonly name?: string; readonly digest?: string }[] };
  readonly failureInfo?: { readonly type?: string; readonly detail?: string };
  readonly logUrl?: string;
  readonly createTime?: string;
}

/** How a build stands. */
export type BuildStatus =
  | "PENDING"
  | "QUEUED"
  | "WORKING"
  | "SUCCESS"
  | "FAILURE"
  | "INTERNAL_ERROR"
  | "TIMEOUT"
  | "CANCELLED"
  | "EXPIRED";

/**
 * Cloud Build in one region; a parent is `projects/{project}/locations/{location}`.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.builds
 */
export interface CloudBuildClient {
  /** Starts a build. */
  readonly createBuild: (parent: string, build: Build) => Promise<Operation>;
  /** The latest builds that bear a tag, latest first; at most 20. */
  readonly listBuilds: (parent: string, tag: string) => Promise<readonly Build[]>;
}

/** Opens Cloud Build. */
export const connectCloudBuild: Connect<CloudBuildClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    createBuild: async (parent, build) => {
      const site = { method: "cloudbuild.builds.create", resource: parent };
      const url = `${version}/${parent}/builds`;
      const operation = await rest.fetchJson<LongrunningBody>({ method: "POST", url, body: build, site });
      return longrunningOperation(version, operation);
    },
    listBuilds: async (parent, tag) => {
      const site = { method: "cloudbuild.builds.list", resource: parent };
      const query = { filter: `tags="${tag}"`, pageSize: 20 };
      const url = `${version}/${parent}/builds`;
      const { builds } = await rest.fetchJson<{ readonly builds?: readonly Build[] }>({
        method: "GET",
        url,
        query,
        site,
      });
      return builds ?? [];
    },
  };
};

const version = "https://cloudbuild.googleapis.com/v1";
