import { expectedSeconds } from "../../spec/expected.ts";
import type { StepDeclaration } from "../step.ts";

/** What `services` is told. */
export interface ServicesInput {
  readonly project: string;
  /** Names of the APIs, for example `alloydb.googleapis.com`; at most 20, as one batch takes. */
  readonly services: readonly string[];
}

/** What `services` gives to later steps. */
export interface ServicesOutput {
  readonly projectNumber: string;
}

/**
 * Ensures that the APIs are enabled and answer: an API answers once a call to it is no longer refused as
 * SERVICE_DISABLED, so the probing calls need no permission. Nothing is disabled by `remove`.
 *
 * @see https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable
 */
export const servicesStep: StepDeclaration<ServicesInput, ServicesOutput> = {
  name: "services",
  title: "Google Cloud APIs enabled",
  input: (spec) => ({
    project: spec.project,
    services: [
      "cloudresourcemanager",
      "iam",
      "compute",
      "servicenetworking",
      ...(spec.egress.kind === "connector" ? ["vpcaccess"] : []),
      "alloydb",
      "secretmanager",
      ...(spec.service.source === undefined ? [] : ["artifactregistry", "cloudbuild"]),
      "run",
    ].map((name) => `${name}.googleapis.com`),
  }),
  needs: [],
  permissions: {
    project: ["serviceusage.services.enable", "serviceusage.services.get", "resourcemanager.projects.get"],
    operations: ["serviceusage.operations.get"],
    bucket: ["locks/"],
  },
  expectedSeconds: () => expectedSeconds.services,
};
