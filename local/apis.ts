import { createAlloyDb } from "./alloydb/alloydb.ts";
import type { Api } from "./api.ts";
import { createArtifactRegistry } from "./artifactregistry/artifact-registry.ts";
import type { Cloud } from "./cloud.ts";
import { createCloudBilling } from "./cloudbilling/cloud-billing.ts";
import { createCloudBuild } from "./cloudbuild/cloud-build.ts";
import { createCompute } from "./compute/compute.ts";
import { createFunctions } from "./functions/functions.ts";
import { createIam } from "./iam/iam.ts";
import { createIamCredentials } from "./iamcredentials/iam-credentials.ts";
import { createLogging } from "./logging/logging.ts";
import { createPubSub } from "./pubsub/pubsub.ts";
import { createResourceManager } from "./resourcemanager/resource-manager.ts";
import { createRun } from "./run/run.ts";
import { createScheduler } from "./scheduler/scheduler.ts";
import { createSecretManager } from "./secretmanager/secret-manager.ts";
import { createServiceNetworking } from "./servicenetworking/service-networking.ts";
import { createServiceUsage } from "./serviceusage/service-usage.ts";
import { createStorage } from "./storage/storage.ts";
import { createVpcAccess } from "./vpcaccess/vpc-access.ts";
import { createWorkflowExecutions } from "./workflows/executions.ts";
import { createWorkflows } from "./workflows/workflows.ts";

/** The APIs of the local cloud. */
export const apis: readonly ((cloud: Cloud) => Api)[] = [
  createAlloyDb,
  createArtifactRegistry,
  createCloudBilling,
  createCloudBuild,
  createCompute,
  createFunctions,
  createIam,
  createIamCredentials,
  createLogging,
  createPubSub,
  createResourceManager,
  createRun,
  createScheduler,
  createSecretManager,
  createServiceNetworking,
  createServiceUsage,
  createStorage,
  createVpcAccess,
  createWorkflowExecutions,
  createWorkflows,
];
