import { createAuth, unguarded } from "../google/auth.ts";
import { connectArtifactRegistry } from "../google/clients/artifact-registry.ts";
import { connectCloudBuild } from "../google/clients/cloud-build.ts";
import { connectFunctions } from "../google/clients/functions.ts";
import { connectIam } from "../google/clients/iam.ts";
import { connectIamRoles } from "../google/clients/iam-roles.ts";
import { connectLabelled } from "../google/clients/labelled.ts";
import { connectPubsub } from "../google/clients/pubsub.ts";
import { connectResourceManager } from "../google/clients/resource-manager.ts";
import { connectRunServices } from "../google/clients/run.ts";
import { connectScheduler } from "../google/clients/scheduler.ts";
import { connectSecretManager } from "../google/clients/secret-manager.ts";
import { connectServiceUsage } from "../google/clients/service-usage.ts";
import { connectStorage } from "../google/clients/storage.ts";
import { connectStorageBucket } from "../google/clients/storage-bucket.ts";
import { connectWorkflows } from "../google/clients/workflows.ts";
import { createRest } from "../google/rest.ts";
import { awaitOperation } from "./eventually.ts";

/** Everything that installing, looking at and removing an installation works with. */
export type Clients = ReturnType<typeof openClients>;

/** Opens the APIs as whoever is logged in. */
export function openClients() {
  const auth = createAuth();
  const rest = createRest(auth, unguarded);
  return {
    await: (operation: Parameters<typeof awaitOperation>[1]) => awaitOperation(rest, operation),
    builds: connectCloudBuild(auth)(unguarded),
    buckets: connectStorageBucket(auth)(unguarded),
    functions: connectFunctions(auth)(unguarded),
    iam: connectIam(auth)(unguarded),
    labelled: connectLabelled(auth)(unguarded),
    registry: connectArtifactRegistry(auth)(unguarded),
    pubsub: connectPubsub(auth)(unguarded),
    resourceManager: connectResourceManager(auth)(unguarded),
    roles: connectIamRoles(auth)(unguarded),
    run: connectRunServices(auth)(unguarded),
    scheduler: connectScheduler(auth)(unguarded),
    secrets: connectSecretManager(auth)(unguarded),
    serviceUsage: connectServiceUsage(auth)(unguarded),
    storage: connectStorage(auth)(unguarded),
    workflows: connectWorkflows(auth)(unguarded),
  };
}
