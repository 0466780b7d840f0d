import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { createLatencies } from "../latency.ts";
import type { Random } from "../random.ts";
import type { Collection, Store } from "../store.ts";
import type { Binding, Policy } from "./access.ts";
import { toMember } from "./members.ts";

/** The policies of all resources, each with those that came before it and may still be in effect. */
export interface PolicyRecords {
  /** The policy last written; one with an etag when none was. */
  latest(resource: string): Policy;
  /** The policy that decides now. */
  effective(resource: string): Policy | undefined;
  /** Writes a policy that takes effect after the propagation time. */
  write(resource: string, policy: Policy): Policy;
  /** Writes the policy that a resource comes with, in effect at once. */
  start(resource: string, policy: Policy): void;
  delete(resource: string): void;
  /** Replaces a member in every policy, at once. */
  rename(from: string, to: string): void;
}

/** A policy as written, from when it counts. */
interface Revision {
  readonly policy: Policy;
  /** Clock time in milliseconds. */
  readonly effectiveTime: number;
}

interface PolicyRecord {
  readonly revisions: readonly Revision[];
}

/** Etag of a policy that was never set. */
const unsetEtag = "ACAB";

/** Opens the policies of a local cloud. */
export function createPolicyRecords({
  clock,
  store,
  random,
}: {
  clock: Clock;
  store: Store;
  random: Random;
}): PolicyRecords {
  const records: Collection<PolicyRecord> = store.collection("iam.policies");
  const draw = createLatencies({ clock, store, random });
  for (const [, { revisions }] of records.list()) for (const { effectiveTime } of revisions) awaitEffect(effectiveTime);

  /** The clock is drawn to the moment; what is in effect is decided by time alone. */
  function awaitEffect(effectiveTime: number): void {
    if (effectiveTime > clock.now()) void clock.sleep(effectiveTime - clock.now(), { draws: true });
  }

  const inEffect = (resource: string) =>
    records.get(resource)?.revisions.findLast(({ effectiveTime }) => effectiveTime <= clock.now());
  const latest = (resource: string) =>
    records.get(resource)?.revisions.at(-1)?.policy ?? { version: 1, etag: unsetEtag };

  return {
    latest,
    effective: (resource) => inEffect(resource)?.policy,
    write(resource, policy) {
      const written = normalise(policy, `${resource}\n${latest(resource).etag}`);
      const effectiveTime = clock.now() + draw("iam.policy.propagation", resource);
      const present = inEffect(resource);
      const coming = records.get(resource)?.revisions.filter((one) => one.effectiveTime > clock.now()) ?? [];
      const revisions = [...(present ? [present] : []), ...coming, { policy: written, effectiveTime }];
      records.put(resource, { revisions });
      awaitEffect(effectiveTime);
      return written;
    },
    start(resource, policy) {
      const written = normalise(policy, `${resource}\n${latest(resource).etag}`);
      records.put(resource, { revisions: [{ policy: written, effectiveTime: clock.now() }] });
    },
    delete(resource) {
      for (const [name] of records.list(resource)) {
        if (name === resource || name.startsWith(`${resource}/`)) records.delete(name);
      }
    },
    rename(from, to) {
      for (const [name, { revisions }] of records.list()) {
        const renamed = revisions.map((one) => ({ ...one, policy: withMember(one.policy, from, to) }));
        records.put(name, { revisions: renamed });
      }
    },
  };
}

/** Bindings of one role and condition are one, members come once, empty bindings go. */
function normalise(policy: Policy, seed: string): Policy {
  const merged = new Map<string, Binding>();
  for (const binding of policy.bindings ?? []) {
    const key = JSON.stringify([binding.role, binding.condition ?? null]);
    const members = [...new Set([...(merged.get(key)?.members ?? []), ...(binding.members ?? []).map(toMember)])];
    merged.set(key, { ...binding, members });
  }
  const bindings = [...merged.values()].filter(({ members }) => members.length > 0);
  const digest = createHash("sha256").update(seed).update(JSON.stringify(policy)).digest();
  const version = bindings.some(({ condition }) => condition) ? 3 : 1;
  return { ...policy, version, bindings, etag: digest.subarray(0, 8).toString("base64") };
}

function withMember(policy: Policy, from: string, to: string): Policy {
  const bindings = policy.bindings?.map((binding) => ({
    ...binding,
    members: binding.members.map((member) => (member === from ? to : member)),
  }));
  return { ...policy, bindings };
}
