import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { ComputeMethods } from "../model/generated/compute.ts";
import { addressMethods, addressOperations } from "./address.ts";
import { firewallMethods, firewallOperations } from "./firewall.ts";
import { instanceMethods, instanceOperations } from "./instance.ts";
import { instancePowerMethods } from "./instance-power.ts";
import { instanceSettingMethods } from "./instance-settings.ts";
import { networkMethods, networkOperations } from "./network.ts";
import { toNamedUrl } from "./numeric-id.ts";
import { operationMethods } from "./operation-methods.ts";
import { permissions } from "./permissions.ts";
import { regionMethods } from "./region.ts";
import { regionalAddressMethods } from "./regional-address.ts";
import { resourcePolicyMethods } from "./resource-policy.ts";
import { host, openResources } from "./resources.ts";
import { routeMethods } from "./route.ts";
import { subnetworkMethods, subnetworkOperations } from "./subnetwork.ts";

/**
 * Compute Engine v1, as far as networks go; virtual machines are records.
 *
 * @see https://cloud.google.com/compute/docs/reference/rest/v1
 */
export function createCompute(cloud: Cloud): Api {
  const resources = openResources(cloud);
  return {
    host,
    permissions,
    errorStyle: "compute",
    canonicalUrl: (url) => toNamedUrl(cloud, resources, url),
    methods: handlers<ComputeMethods>({
      ...networkMethods(cloud, resources),
      ...subnetworkMethods(cloud, resources),
      ...resourcePolicyMethods(cloud, resources),
      ...addressMethods(cloud, resources),
      ...regionalAddressMethods(cloud, resources),
      ...firewallMethods(cloud, resources),
      ...routeMethods(resources),
      ...regionMethods(cloud),
      ...instanceMethods(cloud, resources),
      ...instancePowerMethods(cloud, resources),
      ...instanceSettingMethods(cloud, resources),
      ...operationMethods(cloud),
    }),
    operations: {
      ...networkOperations(cloud, resources),
      ...subnetworkOperations(cloud, resources),
      ...addressOperations(cloud, resources),
      ...firewallOperations(resources),
      ...instanceOperations(cloud, resources),
    },
  };
}
