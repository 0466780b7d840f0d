import type { Api } from "./api.ts";
import type { Cloud } from "./cloud.ts";
import { createIam } from "./iam/iam.ts";
import { createResourceManager } from "./resourcemanager/resource-manager.ts";
import { createServiceUsage } from "./serviceusage/service-usage.ts";

/** The APIs of the local cloud. */
export const apis: readonly ((cloud: Cloud) => Api)[] = [createIam, createResourceManager, createServiceUsage];
