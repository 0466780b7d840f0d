import type { PermissionTable } from "../api.ts";

const service = "google.cloud.vpcaccess.v1.VpcAccessService";

/** @see https://cloud.google.com/vpc/docs/serverless-vpc-access#iam */
export const permissions: PermissionTable = {
  [`${service}.CreateConnector`]: [{ permission: "vpcaccess.connectors.create", resource: "{parent}" }],
  [`${service}.GetConnector`]: [{ permission: "vpcaccess.connectors.get", resource: "{name}" }],
  [`${service}.ListConnectors`]: [{ permission: "vpcaccess.connectors.list", resource: "{parent}" }],
  "google.cloud.vpcaccess.rest.Connectors.Patch": [
    { permission: "vpcaccess.connectors.update", resource: "{connector.name}" },
  ],
  [`${service}.DeleteConnector`]: [{ permission: "vpcaccess.connectors.delete", resource: "{name}" }],
};
