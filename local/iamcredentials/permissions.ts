import type { PermissionRule, PermissionTable } from "../api.ts";

const service = "google.iam.credentials.v1.IAMCredentials";

/** Through a chain of delegates, the last of them is who is asked for; the handler looks along the chain. */
const on = (verb: string): readonly PermissionRule[] => [
  {
    permission: `iam.serviceAccounts.${verb}`,
    resource: "//iam.googleapis.com/{name}",
    when: ({ delegates }) => !Array.isArray(delegates) || delegates.length === 0,
  },
];

/** @see https://cloud.google.com/iam/docs/service-account-permissions#token-creator-role */
export const permissions: PermissionTable = {
  [`${service}.GenerateAccessToken`]: on("getAccessToken"),
  [`${service}.GenerateIdToken`]: on("getOpenIdToken"),
  [`${service}.SignBlob`]: on("signBlob"),
  [`${service}.SignJwt`]: on("signJwt"),
};
