import type { Container, Revision } from "../model/generated/run.ts";
import type { Container as RunningContainer, Workload } from "../workload/container.ts";
import { resolveEgress } from "../workload/network.ts";
import type { RunContext } from "./context.ts";
import { idOf, parseName } from "./names.ts";
import { resolveEnvironment } from "./secrets.ts";
import { resolveVolumes } from "./volumes.ts";

/**
 * What an instance of a revision needs, with the network and the secrets as they are now.
 *
 * @throws DeployError or ApiError when one of them cannot be had
 */
export async function toWorkload({ cloud }: RunContext, revision: Revision): Promise<Workload> {
  const { name = "", serviceAccount = "", vpcAccess, containers = [], volumes = [] } = revision;
  const { project, region, id: service } = parseName(name);
  const labels = {
    project_id: project,
    location: region,
    service_name: service,
    revision_name: idOf(name),
    configuration_name: service,
  };
  const reader = { project, serviceAccount };
  return {
    name,
    project,
    region,
    serviceAccount,
    egress: await resolveEgress(cloud, vpcAccess, { project, region }),
    containers: await Promise.all(
      containers.map((container, index) =>
        toContainer({ container, index, fallbackName: `${service}-${index + 1}` }, (position) =>
          resolveEnvironment(cloud, position, reader),
        ),
      ),
    ),
    volumes: await resolveVolumes(cloud, volumes, reader),
    env: { K_SERVICE: service, K_REVISION: idOf(name), K_CONFIGURATION: service },
    resource: { type: "cloud_run_revision", labels },
  };
}

/** One container of a template in its place. */
export interface TemplateContainer {
  readonly container: Container;
  readonly index: number;
  /** Name of a container that has none, as the only one of its template may. */
  readonly fallbackName: string;
}

/** A container to run, with its environment as the given function resolves it. */
export async function toContainer(
  { container, index, fallbackName }: TemplateContainer,
  resolve: (position: { container: Container; index: number }) => Promise<Record<string, string>>,
): Promise<RunningContainer> {
  const { name, image = "", command, args, workingDir, dependsOn, startupProbe, livenessProbe, ports = [] } = container;
  const { volumeMounts = [] } = container;
  const env = await resolve({ container, index });
  return {
    name: name || fallbackName,
    image,
    command,
    args,
    env,
    workingDir,
    dependsOn,
    startupProbe,
    livenessProbe,
    port: ports[0]?.containerPort,
    mounts: volumeMounts.map(({ name: volume = "", mountPath: path = "", subPath }) => ({ volume, path, subPath })),
  };
}
