import { type ApiProbeClient, connectApiProbe } from "../../google/clients/api-probe.ts";
import { connectResourceManager } from "../../google/clients/resource-manager.ts";
import { connectServiceUsage, type ServiceUsageClient } from "../../google/clients/service-usage.ts";
import { type ServicesInput, servicesStep } from "../../plan/steps/services.ts";
import { done, expecting, notYet, pending } from "../answer.ts";
import { update } from "../changes.ts";
import { codeOfFailure } from "../failure.ts";
import { implementStep } from "../step.ts";

const enablingSeconds = 20;

/**
 * Enables the APIs in one call and goes on only when each of them answers: enabling is done minutes before it is in
 * effect everywhere. Takes about 30 seconds.
 *
 * @see https://cloud.google.com/service-usage/docs/enable-disable
 */
export const services = implementStep(
  servicesStep,
  { serviceUsage: connectServiceUsage, resourceManager: connectResourceManager, apiProbe: connectApiProbe },
  {
    async plan(input, { serviceUsage }) {
      return toChanges(input, await listDisabled(input, serviceUsage));
    },

    async ensure(input, clients) {
      const { project } = input;
      const disabled = await listDisabled(input, clients.serviceUsage);
      if (disabled.length > 0) {
        const operation = await clients.serviceUsage.enableServices(project, disabled);
        return pending({
          operations: [expecting(enablingSeconds, operation)],
          reason: `enabling ${disabled.join(", ")}`,
          changes: toChanges(input, disabled),
        });
      }
      const { projectNumber = "" } = await clients.resourceManager.getProject(project);
      const refusal = await firstRefusal(input, projectNumber, clients.apiProbe);
      return refusal === undefined ? done({ projectNumber }) : notYet({ reason: refusal, retryAfterSeconds: 5 });
    },

    /** APIs stay enabled: something else in the project may use them, and they cost nothing. */
    async remove() {
      return done({});
    },

    /** Enabling several at once fails inside now and then and succeeds the next time. */
    mends: (failure) => codeOfFailure(failure) === "INTERNAL",
  },
);

async function listDisabled({ project, services: ids }: ServicesInput, client: ServiceUsageClient) {
  const found = await client.getServices(project, ids);
  const enabled = new Set(found.filter(({ state }) => state === "ENABLED").map(({ name }) => name?.split("/").at(-1)));
  return ids.filter((id) => !enabled.has(id));
}

function toChanges({ project }: ServicesInput, ids: readonly string[]) {
  const field = { path: "state", from: "DISABLED", to: "ENABLED" };
  return ids.map((id) => update(`projects/${project}/services/${id}`, [field], { expectedSeconds: enablingSeconds }));
}

async function firstRefusal({ project, services: ids }: ServicesInput, number: string, probe: ApiProbeClient) {
  const refusals = await Promise.all(ids.map((id) => probe.refusalOf(id, { project, number })));
  return refusals.find((refusal) => refusal !== undefined);
}
