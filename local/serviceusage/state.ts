import type { Cloud } from "../cloud.ts";
import { createLatencies } from "../latency.ts";
import { openServiceIdentities, type ServiceAgent } from "./identities.ts";

/** A service that is or was enabled in a project, by `projects/{project}/services/{host}`. */
export interface EnabledService {
  readonly state: "ENABLED" | "DISABLED";
  /** Clock time at which calls to the API begin to be answered. */
  readonly usableAt: number;
  /** Clock time at which the service's agents come into being. */
  readonly agentsAt?: number;
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
  const { ensureAgent, ensureDefaultAccount } = openServiceIdentities(cloud);
  const draw = createLatencies(cloud);
  for (const [name, { state }] of services.list()) if (state === "ENABLED") spread(name);

  function spread(name: string): void {
    const awaited = services.get(name);
    if (!awaited) return;
    const spreading = cloud.clock.sleep(awaited.usableAt - cloud.clock.now(), { draws: true });
    void spreading.then(() => services.get(name) === awaited && setUsable(name, true));
    void bringAgents(name, awaited);
  }

  /** Agents come late, and stay when their service is disabled. */
  async function bringAgents(name: string, { agentsAt = 0 }: EnabledService): Promise<void> {
    await cloud.clock.sleep(agentsAt - cloud.clock.now(), { draws: true });
    const [, project = "", , service = ""] = name.split("/");
    ensureAgent(project, service);
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
      const agentsAt = cloud.clock.now() + draw("serviceusage.agents", name);
      services.put(name, { state: "ENABLED", usableAt, agentsAt });
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
