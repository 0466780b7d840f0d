import { expectedSeconds } from "../../spec/expected.ts";
import { accountEmail, installationAccountId, type Ownership, ownershipOf, repositoryId } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { PlanContext, StepDeclaration } from "../step.ts";

/** What `image` is told: to build one, or to use one that is given. */
export type ImageInput = BuiltImageInput | GivenImageInput;

/** An image to build from source with buildpacks. */
export interface BuiltImageInput {
  readonly kind: "source";
  readonly project: string;
  readonly region: string;
  /** `projects/{project}/locations/{region}/repositories/{repository}`, the environment's own. */
  readonly repository: string;
  /** Id of the image in the repository; the prefix is the repository's `registryUri`. */
  readonly imageId: string;
  /** The packed application; the object's name carries its hash. */
  readonly source: { readonly bucket: string; readonly object: string };
  /** E-mail address of the account that builds. */
  readonly buildAccount: string;
  readonly ownership: Ownership;
}

/** An image that is there already. */
export interface GivenImageInput {
  readonly kind: "digest";
  /** `…@sha256:…` */
  readonly image: string;
}

/** What `image` gives to later steps. */
export interface ImageOutput {
  /** `…@sha256:…` */
  readonly image: string;
}

/**
 * Ensures the application's image: repository, buildpack build, digest. The same source is built once; with level `all`
 * it is built afresh.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.builds
 */
export const imageStep: StepDeclaration<ImageInput, ImageOutput> = {
  name: "image",
  title: "Application image",
  input: (spec, context) => {
    const { image } = spec.service;
    return image === undefined ? built(spec, context) : { kind: "digest", image };
  },
  needs: ["services"],
  permissions: {
    project: [
      "artifactregistry.dockerimages.get",
      "artifactregistry.repositories.create",
      "artifactregistry.repositories.delete",
      "artifactregistry.repositories.get",
      "cloudbuild.builds.create",
      "cloudbuild.builds.list",
      "logging.logEntries.list",
    ],
    actAs: ["build"],
    operations: ["cloudbuild.builds.get"],
    bucket: ["locks/", "sources/"],
  },
  removes: (input) => (input.kind === "source" ? [input.repository] : []),
  expectedSeconds: (input) => (input.kind === "source" ? expectedSeconds.build : expectedSeconds.look),
  // A buildpack image of a small Node.js application is about 0.2 GB.
  costPerDay: (input, { imageGbMonth }) => (input.kind === "source" ? (0.2 * imageGbMonth) / 30.4 : 0),
};

function built(spec: Spec, { installation, source }: PlanContext): BuiltImageInput {
  if (source === undefined) throw new RangeError("planning image: the packed source is missing from the context");
  return {
    kind: "source",
    project: spec.project,
    region: spec.region,
    repository: `projects/${spec.project}/locations/${spec.region}/repositories/${repositoryId(spec.name)}`,
    imageId: spec.service.name,
    source: { bucket: installation, object: source },
    buildAccount: accountEmail(spec.project, installationAccountId("build")),
    ownership: ownershipOf({ installation, environment: spec.name, labels: spec.labels }),
  };
}
