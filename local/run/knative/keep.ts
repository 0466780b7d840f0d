import type { Container, ResourceRequirements, Service } from "../../model/generated/run.ts";
import { ingressContainer, present } from "./shape.ts";

/**
 * What version 1 has no words for stays as it was when a service is replaced through it: how it was built, and the
 * processors of each container where the annotation speaks of all of them alike.
 *
 * @param sent the service as version 1 says it
 */
export function keepUnspoken(sent: Service, before: Service): Service {
  const { template = {} } = sent;
  const known = before.template?.containers ?? [];
  const isSame = saysTheSame(ingressContainer(template.containers ?? []), ingressContainer(known));
  const containers = template.containers?.map((container) => {
    const found = known.find(({ name }) => name === container.name);
    return found ? keepContainer(container, found, isSame) : container;
  });
  return present({ ...sent, buildConfig: before.buildConfig, template: present({ ...template, containers }) });
}

function saysTheSame(sent: Container | undefined, before: Container | undefined): boolean {
  return cpuOf(sent).cpuIdle === cpuOf(before).cpuIdle && cpuOf(sent).startupCpuBoost === cpuOf(before).startupCpuBoost;
}

function keepContainer(sent: Container, before: Container, keepsCpu: boolean): Container {
  const { baseImageUri, sourceCode } = before;
  const resources = keepsCpu ? present({ limits: sent.resources?.limits, ...cpuOf(before) }) : sent.resources;
  return present({ ...sent, resources, baseImageUri, sourceCode });
}

function cpuOf(container: Container | undefined): Omit<ResourceRequirements, "limits"> {
  const { cpuIdle, startupCpuBoost } = container?.resources ?? {};
  return { cpuIdle: cpuIdle || undefined, startupCpuBoost: startupCpuBoost || undefined };
}
