import type { ServiceUsageClient } from "../../google/clients/service-usage.ts";
import { enableCommand } from "../../google/enable-command.ts";
import { installationApis, type Target } from "../installation.ts";
import type { Finding, Note } from "./finding.ts";

/** APIs that environments need beyond the installation's own; their first step turns them on. */
export const environmentApis = ["compute", "servicenetworking", "vpcaccess", "alloydb"].map(
  (name) => `${name}.googleapis.com`,
);

/** Names of the environments of which something may stand, by the APIs that they were made with. */
export type NeededApis = ReadonlyMap<string, readonly string[]>;

/** Which of the APIs that alloyrun uses are on in a project, by their names. */
export async function readApis(
  serviceUsage: Pick<ServiceUsageClient, "getServices">,
  { project }: Pick<Target, "project">,
): Promise<ReadonlySet<string>> {
  const services = await serviceUsage.getServices(project, [...installationApis, ...environmentApis]);
  const on = services.filter(({ state }) => state === "ENABLED");
  return new Set(on.map(({ name = "" }) => name.split("/").at(-1) ?? ""));
}

/** The installation's own APIs that are off. */
export function examineApis(on: ReadonlySet<string>, { project }: Pick<Target, "project">): readonly Finding[] {
  const off = installationApis.filter((api) => !on.has(api));
  if (off.length === 0) return [];
  const problem = `off are ${shortly(off)}, which alloyrun itself needs; deploy turns them on, too`;
  return [{ check: "apis", resource: `projects/${project}`, problem, command: enableCommand(off, project) }];
}

/** Those that are off although environments were made with them. */
export function examineNeededApis(
  on: ReadonlySet<string>,
  needed: NeededApis,
  { project }: Pick<Target, "project">,
): readonly Finding[] {
  const off = environmentApis.filter((api) => !on.has(api) && needed.has(api));
  if (off.length === 0) return [];
  const environments = [...new Set(off.flatMap((api) => needed.get(api) ?? []))].sort();
  const lost = "may not answer, and can neither be changed nor removed";
  const problem = `off are ${shortly(off)}, without which ${environments.join(", ")} ${lost}${unseenWithout(off)}`;
  return [{ check: "apis", resource: `projects/${project}`, problem, command: enableCommand(off, project) }];
}

/**
 * Those of environments that are off, and that none needs yet: no fault, for the first environment turns them on by a right
 * that deploy grants.
 */
export function noteApis(
  on: ReadonlySet<string>,
  needed: NeededApis,
  { project }: Pick<Target, "project">,
): readonly Note[] {
  const off = environmentApis.filter((api) => !on.has(api) && !needed.has(api));
  if (off.length === 0) return [];
  const text = `off are ${shortly(off)}, which the first environment that needs them turns on by itself${unseenWithout(off)}`;
  return [{ check: "apis", text, way: enableCommand(off, project) }];
}

function unseenWithout(off: readonly string[]): string {
  return off.includes(computeApi) ? ". Until then quotas and ranges of Compute Engine are not looked at" : "";
}

const computeApi = "compute.googleapis.com";

function shortly(apis: readonly string[]): string {
  return apis.map((api) => api.replace(".googleapis.com", "")).join(", ");
}
