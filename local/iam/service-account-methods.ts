import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { demandRoom } from "../fault/room.ts";
import { applyMask } from "../field-mask.ts";
import type {
  CreateServiceAccountRequest,
  IamAdminMethods,
  ListServiceAccountsRequest,
  ListServiceAccountsResponse,
  ServiceAccount,
} from "../model/generated/iam-admin.ts";
import { paginate } from "../page.ts";
import type { Store } from "../store.ts";
import {
  type ServiceAccounts,
  type StoredServiceAccount,
  toServiceAccount,
  unknownAccount,
} from "./service-account.ts";

/** Accounts that a project may have. */
const quota = 100;

/** Methods on service accounts. */
export function serviceAccountMethods(
  { access, store }: Cloud,
  accounts: ServiceAccounts,
): TypedHandlers<IamAdminMethods> {
  const find = (name: string) => demandAccount(accounts, name);
  return {
    "google.iam.admin.v1.IAM.ListServiceAccounts": (request) => list(accounts, request),
    "google.iam.admin.v1.IAM.GetServiceAccount": ({ name = "" }) => {
      const account = find(name);
      if (!accounts.isSeen(account)) throw unknownAccount();
      return toServiceAccount(account);
    },
    "google.iam.admin.v1.IAM.CreateServiceAccount": (request) => create(store, accounts, request),
    "google.iam.admin.v1.IAM.UpdateServiceAccount": ({ name = "", ...sent }) =>
      patch(accounts, { ...sent, name }, "displayName,description"),
    "google.iam.admin.v1.IAM.PatchServiceAccount": ({ serviceAccount = {}, updateMask }) =>
      patch(accounts, serviceAccount, updateMask),
    "google.iam.admin.v1.IAM.DeleteServiceAccount": ({ name = "" }) => {
      const account = find(name);
      accounts.delete(account);
      access.renameMember(member(account), deletedMember(account));
      return {};
    },
    "google.iam.admin.v1.IAM.UndeleteServiceAccount": ({ name = "" }) => {
      const account = accounts.undelete(name.split("/").at(-1) ?? "");
      access.renameMember(deletedMember(account), member(account));
      return { restoredAccount: toServiceAccount(account) };
    },
    "google.iam.admin.v1.IAM.EnableServiceAccount": ({ name = "" }) => setDisabled(accounts, name, false),
    "google.iam.admin.v1.IAM.DisableServiceAccount": ({ name = "" }) => setDisabled(accounts, name, true),
  };
}

/**
 * The account of a name.
 *
 * @throws ApiError NOT_FOUND
 */
export function demandAccount(accounts: ServiceAccounts, name: string) {
  const account = accounts.find(name);
  if (!account) throw unknownAccount();
  return account;
}

function list(
  accounts: ServiceAccounts,
  { name = "", pageSize, pageToken }: ListServiceAccountsRequest,
): ListServiceAccountsResponse {
  const seen = accounts.list(name.replace("projects/", "")).filter((account) => accounts.isSeen(account));
  const limits = { usual: 20, most: 100 };
  const page = paginate(seen, { key: ({ email }) => email, size: pageSize, token: pageToken, limits });
  return { accounts: page.items.map(toServiceAccount), nextPageToken: page.nextPageToken };
}

function create(
  store: Store,
  accounts: ServiceAccounts,
  { name = "", accountId = "", serviceAccount = {} }: CreateServiceAccountRequest,
): ServiceAccount {
  const projectId = name.replace("projects/", "");
  if (!/^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/.test(accountId)) {
    const message = `Invalid service account ID ${accountId}: it must be 6 to 30 characters of [a-z]([-a-z0-9]*[a-z0-9]).`;
    throw new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
  }
  if (accounts.list(projectId).length >= quota) {
    const message = "Maximum number of service accounts on project reached.";
    throw new ApiError({ code: "RESOURCE_EXHAUSTED", message, reason: "rateLimitExceeded" });
  }
  const { displayName, description } = serviceAccount;
  const email = `${accountId}@${projectId}.iam.gserviceaccount.com`;
  demandRoom(store, "ServiceAccountsPerProject", { name: `${name}/serviceAccounts/${email}` });
  return toServiceAccount(accounts.create({ email, projectId, displayName, description }));
}

function patch(accounts: ServiceAccounts, sent: ServiceAccount, mask?: string): ServiceAccount {
  const present = demandAccount(accounts, sent.name ?? "");
  if (sent.etag && sent.etag !== present.etag) {
    throw new ApiError({
      code: "ABORTED",
      message: "The service account was changed by another request.",
      reason: "aborted",
    });
  }
  const { displayName, description } = sent;
  return toServiceAccount(
    accounts.put(
      applyMask(present, { sent: { displayName, description }, mask, mutable: ["displayName", "description"] }),
    ),
  );
}

function member({ email }: StoredServiceAccount): string {
  return `serviceAccount:${email}`;
}

function deletedMember({ email, uniqueId }: StoredServiceAccount): string {
  return `deleted:serviceAccount:${email}?uid=${uniqueId}`;
}

function setDisabled(accounts: ServiceAccounts, name: string, disabled: boolean): Record<string, never> {
  accounts.setDisabled(demandAccount(accounts, name), disabled);
  return {};
}
