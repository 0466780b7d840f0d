import type { Policy } from "../access/access.ts";
import type { Cloud } from "../cloud.ts";
import { type AgentAccount, agentsOf } from "./agents.ts";

/** An identity that Google owns on behalf of a project; the collection `iam.serviceAgents` has it by e-mail. */
export interface ServiceAgent {
  readonly email: string;
  readonly uniqueId: string;
  readonly service: string;
  readonly projectId: string;
}

/** The default account of virtual machines, as the IAM API keeps accounts in `iam.serviceAccounts`. */
interface DefaultAccount {
  readonly email: string;
  readonly uniqueId: string;
  readonly projectId: string;
  readonly displayName: string;
  readonly etag: string;
  readonly visibleAt: number;
}

/** The identities that come with a project's services. */
export interface ServiceIdentities {
  /** Makes a service's agents with their roles, if it has any, and gives the one that speaks for it. */
  ensureAgent(project: string, service: string): ServiceAgent | undefined;
  /** Enabling Compute Engine brings an account that projects may keep using by default. */
  ensureDefaultAccount(project: string): void;
}

/** Opens the identities of a local cloud's services. */
export function openServiceIdentities(cloud: Cloud): ServiceIdentities {
  const agents = cloud.store.collection<ServiceAgent>("iam.serviceAgents");
  const accounts = cloud.store.collection<DefaultAccount>("iam.serviceAccounts");

  /** As stable as the e-mail, so that an agent is the same however often it is asked for. */
  function uniqueId(email: string): string {
    const digits = BigInt(`0x${cloud.random.lasting(`agent ${email}`).hex(16)}`).toString();
    return `1${digits.padStart(20, "0").slice(-20)}`;
  }

  return {
    ensureAgent(project, service) {
      const { projectId, projectNumber } = cloud.projects.ensure(project);
      const known = agentsOf(service, projectNumber);
      const fresh = known.filter(({ email }) => agents.get(email) === undefined);
      for (const { email } of fresh) agents.put(email, { email, uniqueId: uniqueId(email), service, projectId });
      if (fresh.some(({ role }) => role)) bind(cloud, projectId, fresh);
      return known[0] && agents.get(known[0].email);
    },
    ensureDefaultAccount(project) {
      const { projectId, projectNumber } = cloud.projects.ensure(project);
      const email = `${projectNumber}-compute@developer.gserviceaccount.com`;
      if (accounts.get(email)) return;
      const displayName = "Compute Engine default service account";
      const account = { email, uniqueId: uniqueId(email), projectId, displayName };
      accounts.put(email, { ...account, etag: "MDEwMjE5MjA=", visibleAt: 0 });
    },
  };
}

/** Adds the agents' roles to the project's policy, as a change of it like any other. */
function bind({ access }: Cloud, projectId: string, agents: readonly AgentAccount[]): void {
  const resource = `//cloudresourcemanager.googleapis.com/projects/${projectId}`;
  const present: Policy = access.getPolicy(resource);
  const added = agents.flatMap(({ email, role }) => (role ? [{ role, members: [`serviceAccount:${email}`] }] : []));
  access.setPolicy(resource, { ...present, bindings: [...(present.bindings ?? []), ...added] });
}
