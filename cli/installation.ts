import { readRegion } from "../deploy/region.ts";
import { createAuth, unguarded } from "../google/auth.ts";
import { connectLogging } from "../google/clients/logging.ts";
import { connectResourceManager } from "../google/clients/resource-manager.ts";
import { connectStorage, type StorageClient } from "../google/clients/storage.ts";
import { connectStorageBucket } from "../google/clients/storage-bucket.ts";
import { connectWorkflows } from "../google/clients/workflows.ts";
import type { Place } from "../spec/command-line.ts";
import { functionId, installationName } from "../spec/names.ts";
import type { ExecutionList } from "./audit/executions.ts";
import type { HeadLog } from "./audit/heads.ts";
import { identityToken, memberOf } from "./identity-token.ts";
import { createRequestClient, type RequestClient } from "./request-client.ts";

/** An alloyrun that is installed in a project, as the command line reaches it. */
export interface Installation {
  readonly place: Place;
  readonly requests: RequestClient;
  readonly storage: StorageClient;
  /** The installation's bucket. */
  readonly bucket: string;
  /** The executions that runs are. */
  readonly executions: ExecutionList;
  /** The log that has the hash of every record. */
  readonly log: HeadLog;
  /** Whoever is logged in, as policies name members. */
  readonly member: () => Promise<string | undefined>;
}

/** Finds the installation of a project and region, as whoever is logged in. */
export async function findInstallation({ project, region }: Place): Promise<Installation> {
  const auth = createAuth();
  const { projectNumber } = await connectResourceManager(auth)(unguarded).getProject(project);
  const url = `https://${functionId("request")}-${projectNumber}.${region}.run.app`;
  const token = () => identityToken(auth, url);
  const workflow = `projects/${project}/locations/${region}/workflows/alloyrun-environment`;
  const workflows = connectWorkflows(auth)(unguarded);
  return {
    place: { project, region },
    requests: createRequestClient({
      ...{ url, token, place: { project, region } },
      installedIn: () => readRegion(connectStorageBucket(auth)(unguarded), { project }),
    }),
    storage: connectStorage(auth)(unguarded),
    bucket: installationName(project),
    executions: { workflow, workflows },
    log: { workflow, workflows, project, logging: connectLogging(auth)(unguarded) },
    member: async () => memberOf(await token()),
  };
}
