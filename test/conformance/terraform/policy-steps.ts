import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { Step } from "./life.ts";

/** Members that one role is bound to. */
export interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}

/** Where a resource's policy is read and written. */
export interface PolicyAddress {
  readonly read: string;
  readonly asking?: JsonObject;
  readonly write: string;
  /** Fields that go along with the policy; a policy that is the whole body has none and says so. */
  readonly besides?: JsonObject | "whole";
}

const bindingsOf = ({ bindings }: JsonObject) => (Array.isArray(bindings) ? bindings.filter(isJsonObject) : []);

/** What of a policy is of a role. */
export const viewOf =
  (role: string) =>
  (policy: JsonObject): JsonObject => ({ ...policy, bindings: bindingsOf(policy).filter((one) => one.role === role) });

/** Whether a policy says nothing of a role any more. */
export const isWithout = (role: string) => (policy: JsonObject) => !bindingsOf(policy).some((one) => one.role === role);

/** The read and the write by which the provider binds a role's members; what others have bound stays. */
export function bind(address: PolicyAddress, binding: Binding): [look: Step, change: Step] {
  return write(address, (present) => [...present.filter(({ role }) => role !== binding.role), toJson(binding)]);
}

/** The same, taking the role's binding away. */
export function unbind(address: PolicyAddress, role: string): [look: Step, change: Step] {
  return write(address, (present) => present.filter((one) => one.role !== role));
}

/** A binding as a policy holds it. */
export const toJson = ({ role, members }: Binding): JsonObject => ({ role, members: [...members] });

/** A change of whatever is bound, with the etag of what was read. */
export function write(
  { read, asking, write: target, besides = {} }: PolicyAddress,
  change: (present: readonly JsonObject[]) => readonly JsonObject[],
): [look: Step, change: Step] {
  const look: Step = asking ? { send: read, body: asking } : { send: read };
  return [
    look,
    {
      send: target,
      body(_wire, policy) {
        const changed = { bindings: [...change(bindingsOf(policy))], etag: String(policy.etag), version: 3 };
        return besides === "whole" ? changed : { policy: changed, ...besides };
      },
    },
  ];
}
