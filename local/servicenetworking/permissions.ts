import type { PermissionTable } from "../api.ts";

const service = "google.cloud.servicenetworking.v1.ServicePeeringManager";

const byHandler = (permission: string) => ({
  open: `the network's project is named by number in the body, so the handler itself demands servicenetworking.services.${permission} there`,
});

/** @see https://cloud.google.com/service-infrastructure/docs/service-networking/access-control */
export const permissions: PermissionTable = {
  [`${service}.CreateConnection`]: byHandler("addPeering"),
  [`${service}.UpdateConnection`]: byHandler("addPeering"),
  [`${service}.ListConnections`]: byHandler("get"),
  [`${service}.DeleteConnection`]: byHandler("deleteConnection"),
};
