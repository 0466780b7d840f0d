import type { ServiceUsageClient } from "../google/clients/service-usage.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import type { InstallationChange } from "./change.ts";
import { installationApis, type Target } from "./installation.ts";

type Project = Pick<Target, "project">;

/** Ensures that the APIs which the installation itself needs are enabled. They may still take a moment to answer. */
export async function ensureApis(
  serviceUsage: ServiceUsageClient,
  { project }: Project,
  wait: (operation: Operation) => Promise<void>,
): Promise<void> {
  const missing = await missingApis(serviceUsage, { project });
  if (missing.length > 0) await wait(await serviceUsage.enableServices(project, missing));
}

/** What `ensureApis` would enable. */
export async function planApis(
  serviceUsage: ServiceUsageClient,
  { project }: Project,
): Promise<readonly InstallationChange[]> {
  const missing = await missingApis(serviceUsage, { project });
  return missing.map((id) => ({
    kind: "api",
    action: "create",
    resource: `projects/${project}/services/${id}`,
    differences: ["+ enabled"],
  }));
}

/** An API that was enabled moments ago does not answer everywhere yet; Storage says so by the older of the reasons. */
export function isNotYetServed(error: ApiError): boolean {
  return error.reason === "SERVICE_DISABLED" || error.reason === "accessNotConfigured";
}

async function missingApis(serviceUsage: ServiceUsageClient, { project }: Project): Promise<readonly string[]> {
  const services = await serviceUsage.getServices(project, installationApis);
  const isEnabled = (id: string) => services.some(({ name, state }) => name?.endsWith(`/${id}`) && state === "ENABLED");
  return installationApis.filter((id) => !isEnabled(id));
}
