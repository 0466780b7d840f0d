import type { JsonObject } from "../../../local/json.ts";
import { rest } from "../../support/local-cloud.ts";
import { region } from "./environment.ts";
import type { InstalledCloud } from "./installed-cloud.ts";

/** Whom somebody would make the master of what who has got hold of an account's token. */
export interface Attack {
  /** Account of the installation whose token it is. */
  readonly by: string;
  /** Address of what has a policy. */
  readonly of: string;
  readonly roles: readonly string[];
}

/** What would be tried in a project, including what may be done because runs need it. */
export function attacksOn(project: string): readonly Attack[] {
  const secret = (id: string) => `secretmanager.googleapis.com/v1/projects/${project}/secrets/${id}`;
  const roles = (service: string, ids: readonly string[]) => ids.map((id) => `roles/${service}.${id}`);
  return [
    {
      by: "identity",
      of: `iam.googleapis.com/v1/projects/${project}/serviceAccounts/alloyrun-request@${project}.iam.gserviceaccount.com`,
      roles: roles("iam", [
        ...["serviceAccountTokenCreator", "serviceAccountAdmin", "serviceAccountKeyAdmin", "serviceAccountUser"],
      ]),
    },
    {
      by: "identity",
      of: secret("strangers"),
      roles: roles("secretmanager", ["admin", "secretVersionManager", "secretVersionAdder", "secretAccessor"]),
    },
    {
      by: "identity",
      of: secret("alloyrun-hook-tickets"),
      roles: roles("secretmanager", ["admin", "secretAccessor"]),
    },
    ...["service", "traffic"].map((by) => ({
      by,
      of: `run.googleapis.com/v2/projects/${project}/locations/${region}/services/alloyrun-request`,
      roles: roles("run", ["admin", "developer", "invoker"]),
    })),
  ];
}

/** An access token of one of the installation's accounts, as whoever has stolen it holds it. */
export function tokenOf({ local, project }: InstalledCloud, name: string): string {
  const email = `alloyrun-${name}@${project}.iam.gserviceaccount.com`;
  const account = local.cloud.store.collection<{ readonly uniqueId: string }>("iam.serviceAccounts").get(email);
  const principal = { kind: "serviceAccount", email, uniqueId: account?.uniqueId ?? "" } as const;
  return local.cloud.tokens.accessToken({ principal }).token;
}

/** Adds somebody to a policy with an account's token. */
export async function grantAs(
  cloud: InstalledCloud,
  { by, of, role, member }: Pick<Attack, "by" | "of"> & { readonly role: string; readonly member: string },
): Promise<{ readonly status: number; readonly text: string }> {
  const as = tokenOf(cloud, by);
  const isProject = of.startsWith("cloudresourcemanager.");
  const verb = isProject || of.startsWith("iam.") ? "POST" : "GET";
  const body = isProject ? { options: { requestedPolicyVersion: 3 } } : undefined;
  const { body: policy } = await rest(cloud.local, `${verb} ${of}:getIamPolicy`, { as, body });
  const bindings = [...((policy.bindings ?? []) as readonly JsonObject[]), { role, members: [member] }];
  return rest(cloud.local, `POST ${of}:setIamPolicy`, { as, body: { policy: { ...policy, bindings } } });
}
