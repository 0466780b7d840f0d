import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { ComputeMethods, ZoneSetPolicyRequest } from "../model/generated/compute.ts";
import { type PolicyMethods, policyMethods } from "../policy.ts";
import { demand, host, type Resources } from "./resources.ts";

interface Located {
  readonly project?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly resource?: string;
}

const subnetworkPath = ({ project, region, resource }: Located) =>
  `projects/${project}/regions/${region}/subnetworks/${resource}`;
const instancePath = ({ project, zone, resource }: Located) =>
  `projects/${project}/zones/${zone}/instances/${resource}`;

/** Policies of subnetworks (who may use one, as the owner of a shared network grants it) and of virtual machines. */
export function resourcePolicyMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const policies: PolicyMethods = policyMethods(cloud, (path) => {
    demand<object>(path.includes("/instances/") ? resources.instances : resources.subnetworks, path);
    return `//${host}/${path}`;
  });
  const get = (resource: string, requestedPolicyVersion: number | undefined) =>
    policies.get({ resource, options: { requestedPolicyVersion } });
  return {
    "google.cloud.compute.v1.Subnetworks.GetIamPolicy": (request) =>
      get(subnetworkPath(request), request.optionsRequestedPolicyVersion),
    "google.cloud.compute.v1.Subnetworks.SetIamPolicy": (request) =>
      policies.set({ resource: subnetworkPath(request), policy: policyIn(request.regionSetPolicyRequestResource) }),
    "google.cloud.compute.v1.Subnetworks.TestIamPermissions": (request, call) => {
      const { permissions } = request.testPermissionsRequestResource ?? {};
      return policies.test({ resource: subnetworkPath(request), permissions }, call);
    },
    "google.cloud.compute.v1.Instances.GetIamPolicy": (request) =>
      get(instancePath(request), request.optionsRequestedPolicyVersion),
    "google.cloud.compute.v1.Instances.SetIamPolicy": (request) =>
      policies.set({ resource: instancePath(request), policy: policyIn(request.zoneSetPolicyRequestResource) }),
    "google.cloud.compute.v1.Instances.TestIamPermissions": (request, call) => {
      const { permissions } = request.testPermissionsRequestResource ?? {};
      return policies.test({ resource: instancePath(request), permissions }, call);
    },
  };
}

/** The policy of a request, which may also carry its parts beside it. */
function policyIn(sent: ZoneSetPolicyRequest = {}) {
  const { version, bindings, etag } = { ...sent, version: undefined, ...sent.policy };
  return { version, bindings, etag };
}
