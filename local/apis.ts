import { createAlloyDb } from "./alloydb/alloydb.ts";
import type { Api } from "./api.ts";
import type { Cloud } from "./cloud.ts";
import { createCompute } from "./compute/compute.ts";
import { createIam } from "./iam/iam.ts";
import { createResourceManager } from "./resourcemanager/resource-manager.ts";
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
  createCompute,
  createIam,
  createResourceManager,
  createSecretManager,
  createServiceNetworking,
  createServiceUsage,
  createStorage,
  createVpcAccess,
  createWorkflowExecutions,
  createWorkflows,
];
