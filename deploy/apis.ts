import type { ServiceUsageClient } from "../google/clients/service-usage.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { installationApis, type Target } from "./installation.ts";

/** Ensures that the APIs which the installation itself needs are enabled. They may still take a moment to answer. */
export async function ensureApis(
  serviceUsage: ServiceUsageClient,
  { project }: Pick<Target, "project">,
  wait: (operation: Operation) => Promise<void>,
): Promise<void> {
  const services = await serviceUsage.getServices(project, installationApis);
  const isEnabled = (id: string) => services.some(({ name, state }) => name?.endsWith(`/${id}`) && state === "ENABLED");
  const missing = installationApis.filter((id) => !isEnabled(id));
  if (missing.length > 0) await wait(await serviceUsage.enableServices(project, missing));
}

/** An API that was enabled moments ago does not answer everywhere yet; Storage says so by the older of the reasons. */
export function isNotYetServed(error: ApiError): boolean {
  return error.reason === "SERVICE_DISABLED" || error.reason === "accessNotConfigured";
}
