import type { Cloud } from "../cloud.ts";
import { createLatencies } from "../latency.ts";
import { agentsOf } from "./agents.ts";

/** A service that is or was enabled in a project, by `projects/{project}/services/{host}`. */
export interface EnabledService {
  readonly state: "ENABLED" | "DISABLED";
  /** Clock time at which calls to the API begin to be answered. */
  readonly usableAt: number;
}

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

/** Which services are enabled, and when their APIs begin to answer. */
export interface ServiceStates {
  isEnabled(project: string, service: string): boolean;
  /** Enables; calls are answered once this has spread. */
  enable(project: string, service: string): void;
  disable(project: string, service: string): void;
  /** Makes a service's agents, if it has any, and gives the one that speaks for it. */
  ensureAgent(project: string, service: string): ServiceAgent | undefined;
}

/** Opens the states of a local cloud's services, and awaits what was still spreading. */
export function createServiceStates(cloud: Cloud): ServiceStates {
  const services = cloud.store.collection<EnabledService>("serviceusage.services");
  const { ensureAgent, ensureDefaultAccount } = openIdentities(cloud);
  const draw = createLatencies(cloud);
  for (const [name, { state }] of services.list()) if (state === "ENABLED") spread(name);

  function spread(name: string): void {
    const awaited = services.get(name);
    if (!awaited) return;
    const spreading = cloud.clock.sleep(awaited.usableAt - cloud.clock.now(), { draws: true });
    void spreading.then(() => services.get(name) === awaited && setUsable(name, true));
  }

  function setUsable(name: string, usable: boolean): void {
    const [, project = "", , service = ""] = name.split("/");
    cloud.projects.setUsable(project, service, usable);
  }

  return {
    isEnabled: (project, service) => services.get(`projects/${project}/services/${service}`)?.state === "ENABLED",
    enable(project, service) {
      const name = `projects/${project}/services/${service}`;
      if (services.get(name)?.state === "ENABLED") return;
      const usableAt = cloud.clock.now() + draw("serviceusage.propagation", name);
      services.put(name, { state: "ENABLED", usableAt });
      ensureAgent(project, service);
      if (service === "compute.googleapis.com") ensureDefaultAccount(project);
      spread(name);
    },
    disable(project, service) {
      const name = `projects/${project}/services/${service}`;
      services.put(name, { state: "DISABLED", usableAt: 0 });
      setUsable(name, false);
    },
    ensureAgent,
  };
}

/** The identities that come with a project's services. */
function openIdentities(cloud: Cloud) {
  const agents = cloud.store.collection<ServiceAgent>("iam.serviceAgents");
  const accounts = cloud.store.collection<DefaultAccount>("iam.serviceAccounts");

  /** As stable as the e-mail, so that an agent is the same however often it is asked for. */
  function uniqueId(email: string): string {
    const digits = BigInt(`0x${cloud.random.lasting(`agent ${email}`).hex(16)}`).toString();
    return `1${digits.padStart(20, "0").slice(-20)}`;
  }

  return {
    ensureAgent(project: string, service: string): ServiceAgent | undefined {
      const { projectId, projectNumber } = cloud.projects.ensure(project);
      const [first] = agentsOf(service, projectNumber).map(
        (email) => agents.get(email) ?? agents.put(email, { email, uniqueId: uniqueId(email), service, projectId }),
      );
      return first;
    },

    /** Enabling Compute Engine brings an account that projects may keep using by default. */
    ensureDefaultAccount(project: string): void {
      const { projectId, projectNumber } = cloud.projects.ensure(project);
      const email = `${projectNumber}-compute@developer.gserviceaccount.com`;
      if (accounts.get(email)) return;
      const displayName = "Compute Engine default service account";
      const account = { email, uniqueId: uniqueId(email), projectId, displayName };
      accounts.put(email, { ...account, etag: "MDEwMjE5MjA=", visibleAt: 0 });
    },
  };
}
