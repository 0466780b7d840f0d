import type { PubsubClient } from "../../google/clients/pubsub.ts";
import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { Policy } from "../../google/policy.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError } from "../error.ts";
import { isDoor } from "./doors.ts";

/** What looking for publishers works with. */
export interface PublisherClients {
  readonly pubsub: Pick<PubsubClient, "getPolicy">;
  readonly resourceManager: Pick<ResourceManagerClient, "getProjectPolicy">;
  readonly installation: Pick<InstallationEnvironment, "project">;
}

/**
 * Lets nobody decide about a request that came by the topic `alloyrun-requests` who may have published it. Google does not
 * tell who did, so all are refused whom the policy of the topic, or of the project, lets publish; and where that is a
 * group, or everybody, all. Owners and editors of the project could do everything else as well, and are not looked at.
 *
 * @throws StepError PERMISSION_DENIED, reason `MAY_NOT_DECIDE`
 */
export async function refusePublisher(
  requesters: readonly string[],
  by: string,
  { pubsub, resourceManager, installation }: PublisherClients,
): Promise<void> {
  if (!requesters.some((requester) => isDoor("push", requester, installation))) return;
  const { project } = installation;
  const [ofTopic, ofProject] = await Promise.all([
    pubsub.getPolicy(`projects/${project}/topics/alloyrun-requests`),
    resourceManager.getProjectPolicy(project),
  ]);
  const refusal =
    refusalOf(
      grantsOf(ofTopic, (role) => mayPublishHere(role, project)),
      by,
      "on the topic",
    ) ??
    refusalOf(
      grantsOf(ofProject, (role) => mayPublishAnywhere(role, project)),
      by,
      "on every topic of the project",
    );
  if (refusal) throw new StepError({ code: "PERMISSION_DENIED", reason: "MAY_NOT_DECIDE", message: refusal });
}

/** A member whom a role lets publish; whether it does is known of Google's roles, and assumed of others. */
interface Grant {
  readonly member: string;
  readonly isKnown: boolean;
}

type Publishing = "known" | "assumed" | "none";

function grantsOf(policy: Policy, publishing: (role: string) => Publishing): readonly Grant[] {
  return (policy.bindings ?? []).flatMap(({ role, members = [] }) => {
    const kind = publishing(role);
    return kind === "none" ? [] : members.map((member) => ({ member, isKnown: kind === "known" }));
  });
}

/** Why somebody may have published by these grants; undefined when they may not have. */
function refusalOf(grants: readonly Grant[], by: string, where: string): string | undefined {
  const because = "it was asked for by the topic alloyrun-requests, and who published it is not known";
  for (const { member, isKnown } of grants) {
    const standing = relationOf(member, by.toLowerCase());
    if (standing === "named") return `${by} may publish ${where}: ${because}`;
    if (standing === "unknown" && isKnown) return `${member} may publish ${where}, which may be anybody: ${because}`;
  }
  return undefined;
}

/** Of the roles on a topic those that are known to do nothing of the kind; whatever else there is may let publish. */
function mayPublishHere(role: string, project: string): Publishing {
  if (role === "roles/pubsub.viewer" || role === "roles/pubsub.subscriber") return "none";
  return isOurs(role, project) ? "none" : "known";
}

/**
 * Of the roles on the project those of Pub/Sub that publish, and those that somebody has made: what these do is not looked
 * up, so whom one names is refused, yet not everybody because of a group that has it for something else.
 *
 * @see https://cloud.google.com/pubsub/docs/access-control
 */
function mayPublishAnywhere(role: string, project: string): Publishing {
  if (["publisher", "editor", "admin"].some((name) => role === `roles/pubsub.${name}`)) return "known";
  return role.startsWith("roles/") || isOurs(role, project) ? "none" : "assumed";
}

function isOurs(role: string, project: string): boolean {
  return role.startsWith(`projects/${project}/roles/alloyrun_`);
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
