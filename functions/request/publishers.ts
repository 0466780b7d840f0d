import type { PubsubClient } from "../../google/clients/pubsub.ts";
import type { Policy } from "../../google/policy.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError } from "../error.ts";
import { isDoor } from "./doors.ts";

/** What looking for publishers works with. */
export interface PublisherClients {
  readonly pubsub: Pick<PubsubClient, "getPolicy">;
  readonly installation: Pick<InstallationEnvironment, "project">;
}

/**
 * Lets nobody decide about a request that came by the topic `alloyrun-requests` who may have published it. Google does not
 * tell who did, so all whom the topic's own policy lets publish are refused, and where it names a group or everybody, all.
 *
 * @throws StepError PERMISSION_DENIED, reason `MAY_NOT_DECIDE`
 */
export async function refusePublisher(
  requesters: readonly string[],
  by: string,
  { pubsub, installation }: PublisherClients,
): Promise<void> {
  if (!requesters.some((requester) => isDoor("push", requester, installation))) return;
  const policy = await pubsub.getPolicy(`projects/${installation.project}/topics/alloyrun-requests`);
  const refusal = refusalOf(policy, by, installation.project);
  if (refusal) throw new StepError({ code: "PERMISSION_DENIED", reason: "MAY_NOT_DECIDE", message: refusal });
}

/** Why somebody may have published on a topic with this policy; undefined when they may not have. */
function refusalOf(policy: Policy, by: string, project: string): string | undefined {
  const publishers = (policy.bindings ?? []).flatMap(({ role, members = [] }) =>
    mayPublish(role, project) ? members : [],
  );
  const because = "it was asked for by the topic alloyrun-requests, and who published it is not known";
  for (const member of publishers) {
    const standing = relationOf(member, by.toLowerCase());
    if (standing === "named") return `${by} may publish on the topic: ${because}`;
    if (standing === "unknown") return `${member} may publish on the topic, which may be anybody: ${because}`;
  }
  return undefined;
}

/** Of the roles on a topic those that are known to do nothing of the kind; whatever else there is may let publish. */
function mayPublish(role: string, project: string): boolean {
  if (role === "roles/pubsub.viewer" || role === "roles/pubsub.subscriber") return false;
  return !role.startsWith(`projects/${project}/roles/alloyrun_`);
}

/** Who belongs to a group, or to all, cannot be told. */
function relationOf(member: string, by: string): "named" | "other" | "unknown" {
  const [kind, name = ""] = member.toLowerCase().split(/:(.*)/s);
  switch (kind) {
    case "user":
    case "serviceaccount":
      return name === by ? "named" : "other";
    case "domain":
      return by.endsWith(`@${name}`) ? "named" : "other";
    case "deleted":
      return "other";
    default:
      return "unknown";
  }
}
