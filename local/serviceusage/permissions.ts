import type { PermissionTable } from "../api.ts";

const service = "google.api.serviceusage.v1.ServiceUsage";

/** @see https://cloud.google.com/service-usage/docs/access-control */
export const permissions: PermissionTable = {
  [`${service}.EnableService`]: [{ permission: "serviceusage.services.enable", resource: "{name}" }],
  [`${service}.BatchEnableServices`]: [{ permission: "serviceusage.services.enable", resource: "{parent}" }],
  [`${service}.DisableService`]: [{ permission: "serviceusage.services.disable", resource: "{name}" }],
  [`${service}.GetService`]: [{ permission: "serviceusage.services.get", resource: "{name}" }],
  [`${service}.BatchGetServices`]: [{ permission: "serviceusage.services.get", resource: "{parent}" }],
  [`${service}.ListServices`]: [{ permission: "serviceusage.services.list", resource: "{parent}" }],
  "google.api.serviceusage.v1beta1.ServiceUsage.GenerateServiceIdentity": [
    { permission: "serviceusage.services.enable", resource: "{parent}" },
  ],
};
