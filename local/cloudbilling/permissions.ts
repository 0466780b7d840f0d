import type { PermissionTable } from "../api.ts";

const service = "google.cloud.billing.v1.CloudBilling";

/** @see https://cloud.google.com/billing/docs/how-to/billing-access */
export const permissions: PermissionTable = {
  [`${service}.GetProjectBillingInfo`]: [{ permission: "resourcemanager.projects.get", resource: "{name}" }],
  [`${service}.UpdateProjectBillingInfo`]: [
    { permission: "resourcemanager.projects.createBillingAssignment", resource: "{name}" },
  ],
};
