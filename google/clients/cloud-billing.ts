import type { Connect } from "../auth.ts";
import { createRest } from "../rest.ts";

/** Whether somebody pays for a project. */
export interface BillingInfo {
  /** `billingAccounts/{account}`; empty when there is none. */
  readonly billingAccountName?: string;
  readonly billingEnabled?: boolean;
}

/** Cloud Billing, as far as it says whether a project is paid for. */
export interface CloudBillingClient {
  readonly getBillingInfo: (project: string) => Promise<BillingInfo>;
}

/** Opens Cloud Billing. @see https://cloud.google.com/billing/docs/reference/rest/v1/projects/getBillingInfo */
export const connectCloudBilling: Connect<CloudBillingClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    getBillingInfo: (project) =>
      rest.fetchJson({
        method: "GET",
        url: `https://cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`,
        site: { method: "cloudbilling.projects.getBillingInfo", resource: `projects/${project}` },
      }),
  };
};
