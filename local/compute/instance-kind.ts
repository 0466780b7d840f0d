import type { Cloud } from "../cloud.ts";
import type { Instance } from "../model/generated/compute.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Kind } from "./kind.ts";
import { host, type Resources } from "./resources.ts";

/** Path of a virtual machine. */
export function instancePath({ project = "", zone = "", instance = "" }: InstanceRequest): string {
  return `projects/${project}/zones/${zone}/instances/${instance}`;
}

/** What every request about one machine names. */
export interface InstanceRequest {
  readonly project?: string;
  readonly zone?: string;
  readonly instance?: string;
}

/** Virtual machines, which are records here: they hold an address in their subnetwork and run nothing. */
export function instanceKind(cloud: Cloud, { instances }: Resources): Kind<Instance> {
  return {
    noun: "instance",
    collection: instances,
    latency: {
      insert: "compute.instance.insert",
      change: "compute.instance.change",
      delete: "compute.instance.delete",
    },
    derive: (instance) => ({
      ...instance,
      labelFingerprint: fingerprintOf(instance.labels),
      metadata: {
        kind: "compute#metadata",
        ...instance.metadata,
        fingerprint: fingerprintOf(instance.metadata?.items),
      },
      tags: { ...instance.tags, fingerprint: fingerprintOf(instance.tags?.items) },
    }),
    settle: (instance) => ({ ...instance, status: "RUNNING", lastStartTimestamp: instance.creationTimestamp }),
    removed: (path) => cloud.access.deletePolicies(`//${host}/${path}`),
  };
}
