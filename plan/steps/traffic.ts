import { expectedSeconds } from "../../spec/expected.ts";
import type { StepDeclaration } from "../step.ts";

/** What `traffic` is told. */
export interface TrafficInput {
  /** `projects/{project}/locations/{region}/services/{service}` */
  readonly service: string;
  /** Members who may call the service; `allUsers` alone when it is public. */
  readonly invokers: readonly string[];
  /** Path of the smoke test, asked again as anybody when the service is public. */
  readonly path: string;
}

/** What the environment is used by. */
export interface TrafficOutput {
  readonly url: string;
  /** `{service}/revisions/{revision}` that serves. */
  readonly revision: string;
}

/**
 * Ensures that the verified revision serves, and that those who should may call it.
 *
 * @see https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
 */
export const trafficStep: StepDeclaration<TrafficInput, TrafficOutput> = {
  name: "traffic",
  title: "Traffic to the verified revision",
  input: ({ project, region, service }) => ({
    service: `projects/${project}/locations/${region}/services/${service.name}`,
    invokers: service.public ? ["allUsers"] : service.invokers,
    path: service.smoke.path,
  }),
  needs: ["service", "verify"],
  permissions: {
    project: ["run.services.get", "run.services.getIamPolicy", "run.services.update"],
    limited: [{ of: "invokers", permissions: ["run.services.setIamPolicy"], grants: ["roles/run.invoker"] }],
    actAsRuntime: ["service"],
    operations: ["run.operations.get"],
    bucket: ["locks/"],
  },
  expectedSeconds: () => expectedSeconds.traffic,
};
