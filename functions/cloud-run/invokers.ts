import type { Policy } from "../../google/policy.ts";

const invoker = "roles/run.invoker";

/**
 * The policy under which exactly these members may call a service; the very same policy when they are the ones already.
 * Other roles and conditional bindings stay.
 */
export function withInvokers(policy: Policy, members: readonly string[]): Policy {
  const wanted = [...new Set(members)].sort();
  const bindings = policy.bindings ?? [];
  const present = bindings.filter(isPlainInvoker).flatMap((binding) => binding.members ?? []);
  if ([...new Set(present)].sort().join() === wanted.join()) return policy;
  return {
    ...policy,
    bindings: [...bindings.filter((binding) => !isPlainInvoker(binding)), { role: invoker, members: wanted }],
  };
}

function isPlainInvoker({ role, condition }: { readonly role: string; readonly condition?: object }): boolean {
  return role === invoker && condition === undefined;
}
