import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { CloudBillingMethods, ProjectBillingInfo } from "../model/generated/cloud-billing.ts";
import type { Collection } from "../store.ts";
import { permissions } from "./permissions.ts";

/** The account that pays for every project until somebody changes that. */
const usualAccount = "billingAccounts/000000-000000-000000";

/**
 * Cloud Billing: which account pays for a project. That nobody does is told, and stops nothing.
 *
 * @see https://cloud.google.com/billing/docs/reference/rest/v1/projects
 */
export function createCloudBilling(cloud: Cloud): Api {
  const accounts: Collection<{ readonly account: string }> = cloud.store.collection("cloudbilling.projects");
  const infoOf = (name: string): ProjectBillingInfo => {
    const { projectId } = cloud.projects.ensure(name.replace("projects/", ""));
    const { account: billingAccountName } = accounts.get(projectId) ?? { account: usualAccount };
    return {
      name: `projects/${projectId}/billingInfo`,
      projectId,
      billingAccountName,
      billingEnabled: billingAccountName !== "",
    };
  };
  return {
    host: "cloudbilling.googleapis.com",
    permissions,
    methods: handlers<CloudBillingMethods>({
      "google.cloud.billing.v1.CloudBilling.GetProjectBillingInfo": ({ name = "" }) => infoOf(name),
      "google.cloud.billing.v1.CloudBilling.UpdateProjectBillingInfo": ({ name = "", projectBillingInfo = {} }) => {
        const account = projectBillingInfo.billingAccountName ?? "";
        if (account !== "" && !/^billingAccounts\/[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/.test(account)) {
          throw new ApiError({ code: "INVALID_ARGUMENT", message: `${account} is no name of a billing account.` });
        }
        accounts.put(infoOf(name).projectId ?? "", { account });
        return infoOf(name);
      },
    }),
  };
}
