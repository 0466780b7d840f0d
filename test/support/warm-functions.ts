import type { Api } from "../../local/api.ts";
import { apis } from "../../local/apis.ts";
import type { Cloud } from "../../local/cloud.ts";
import { createRun } from "../../local/run/run.ts";

/** All APIs, with functions that stay for as long as a suite takes: to start them anew each time costs more than all they do. */
export const warmApis: readonly ((cloud: Cloud) => Api)[] = apis.map((create) =>
  create === createRun ? (cloud) => createRun(cloud, { functionIdleMs: 600_000 }) : create,
);
