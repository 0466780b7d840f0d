import type { ResourceManagerClient } from "../../google/clients/resource-manager.ts";
import type { ApiError } from "../../google/error.ts";
import type { Target } from "../installation.ts";
import type { Finding } from "./finding.ts";

/**
 * What `deploy` does as whoever runs it, by the predefined role that allows it. Rights that come with what it makes, such as
 * writing into its bucket, are left out: owners do not have them on the project.
 */
export const deployRights: Readonly<Record<string, readonly string[]>> = {
  "artifactregistry.admin": ["artifactregistry.repositories.create", "artifactregistry.repositories.get"],
  "cloudbuild.builds.editor": ["cloudbuild.builds.create", "cloudbuild.builds.get", "cloudbuild.builds.list"],
  "cloudfunctions.developer": [
    ...of("cloudfunctions.functions", ["create", "get", "sourceCodeSet", "update"]),
    "cloudfunctions.operations.get",
  ],
  "cloudscheduler.admin": of("cloudscheduler.jobs", ["create", "enable", "get", "update"]),
  "iam.roleAdmin": of("iam.roles", ["create", "get", "list", "undelete", "update"]),
  "iam.serviceAccountAdmin": of("iam.serviceAccounts", [
    ...["create", "enable", "get", "list"],
    ...["getIamPolicy", "setIamPolicy"],
  ]),
  "iam.serviceAccountUser": ["iam.serviceAccounts.actAs"],
  "pubsub.admin": [
    ...of("pubsub.topics", ["attachSubscription", "create", "get", "getIamPolicy", "setIamPolicy"]),
    ...of("pubsub.subscriptions", ["create", "get", "getIamPolicy", "setIamPolicy", "update"]),
  ],
  "resourcemanager.projectIamAdmin": of("resourcemanager.projects", ["getIamPolicy", "setIamPolicy"]),
  "run.admin": [...of("run.services", ["get", "getIamPolicy", "setIamPolicy", "update"]), "run.routes.invoke"],
  "secretmanager.admin": of("secretmanager.secrets", ["create", "get"]),
  "serviceusage.serviceUsageAdmin": of("serviceusage.services", ["enable", "get"]),
  "storage.admin": ["storage.buckets.create"],
  "workflows.editor": [...of("workflows.workflows", ["create", "get", "update"]), "workflows.operations.get"],
};

/** With which everything is seen that is looked at. */
const looking = ["viewer", "iam.securityReviewer"];

/** Whoever is logged in, as policies name members; undefined when that cannot be told. */
export type Member = () => Promise<string | undefined>;

/** Looks whether whoever is logged in may do what `deploy` does. */
export async function examineCaller(
  resourceManager: Pick<ResourceManagerClient, "testPermissions">,
  { project }: Pick<Target, "project">,
  member: Member,
): Promise<readonly Finding[]> {
  const held = new Set(await resourceManager.testPermissions(project, Object.values(deployRights).flat()));
  const missing = Object.entries(deployRights).flatMap(([role, permissions]) => {
    const lacking = permissions.filter((permission) => !held.has(permission));
    return lacking.length > 0 ? [{ role, lacking }] : [];
  });
  if (missing.length === 0) return [];
  const count = missing.flatMap(({ lacking }) => lacking).length;
  const who = (await member()) ?? "whoever is logged in";
  const problem = `${who} may not deploy: lacks ${missing[0]?.lacking[0]}${count > 1 ? ` and ${count - 1} more` : ""}`;
  const command = await grantCommand(
    project,
    missing.map(({ role }) => role),
    member,
  );
  return [{ check: "caller", resource: `projects/${project}`, problem, command }];
}

/** What a refusal to look says, with the roles that let look. */
export async function refusalToLook(
  { message }: ApiError,
  { project }: Pick<Target, "project">,
  member: Member,
): Promise<Finding> {
  const problem = `not everything may be looked at: ${message}`;
  return {
    check: "caller",
    resource: `projects/${project}`,
    problem,
    command: await grantCommand(project, looking, member),
  };
}

/** Who lacks rights can hardly grant them: whoever may is told to whom. */
async function grantCommand(project: string, roles: readonly string[], member: Member): Promise<string> {
  return (
    `for role in ${roles.join(" ")}; do gcloud projects add-iam-policy-binding ${project} ` +
    `--member=${(await member()) ?? "user:EMAIL"} --role=roles/$role --condition=None; done`
  );
}

function of(resource: string, verbs: readonly string[]): readonly string[] {
  return verbs.map((verb) => `${resource}.${verb}`);
}
