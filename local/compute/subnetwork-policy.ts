import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { ComputeMethods } from "../model/generated/compute.ts";
import { type PolicyMethods, policyMethods } from "../policy.ts";
import { demand, host, type Resources } from "./resources.ts";

const pathFor = (request: { readonly project?: string; readonly region?: string; readonly resource?: string }) =>
  `projects/${request.project}/regions/${request.region}/subnetworks/${request.resource}`;

/** Policies of subnetworks: who may use one, as the owner of a shared network grants it. */
export function subnetworkPolicyMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const policies: PolicyMethods = policyMethods(cloud, (path) => {
    demand(resources.subnetworks, path);
    return `//${host}/${path}`;
  });
  return {
    "google.cloud.compute.v1.Subnetworks.GetIamPolicy": (request) =>
      policies.get({
        resource: pathFor(request),
        options: { requestedPolicyVersion: request.optionsRequestedPolicyVersion },
      }),
    "google.cloud.compute.v1.Subnetworks.SetIamPolicy": (request) => {
      const sent = request.regionSetPolicyRequestResource ?? {};
      const { version, bindings, etag } = { ...sent, version: undefined, ...sent.policy };
      return policies.set({ resource: pathFor(request), policy: { version, bindings, etag } });
    },
    "google.cloud.compute.v1.Subnetworks.TestIamPermissions": (request, call) =>
      policies.test(
        { resource: pathFor(request), permissions: request.testPermissionsRequestResource?.permissions },
        call,
      ),
  };
}
