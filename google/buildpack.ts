import type { Build } from "./clients/cloud-build.ts";

/** What to build, from where, as whom. */
export interface BuildpackRequest {
  /** Name of the image to push, with or without a tag. */
  readonly image: string;
  /** A gzipped tar in a bucket; the latest generation unless one is given. */
  readonly source: { readonly bucket: string; readonly object: string; readonly generation?: string };
  /** `projects/{project}/serviceAccounts/{email}` */
  readonly serviceAccount: string;
  /** By which the build is found again. */
  readonly tags: readonly string[];
}

/** The public image of `pack`, the buildpacks' command. */
const pack = "gcr.io/k8s-skaffold/pack";
const builder = "gcr.io/buildpacks/builder:latest";

/**
 * The build that `gcloud builds submit --pack` makes: the default builder, which the source's project.toml may override,
 * then the image. A build with an account of its own must say where its log goes.
 *
 * @see https://cloud.google.com/docs/buildpacks/build-application
 */
export function buildpackBuild({ image, source, serviceAccount, tags }: BuildpackRequest): Build {
  return {
    source: { storageSource: source },
    steps: [
      { name: pack, entrypoint: "pack", args: ["config", "default-builder", builder] },
      { name: pack, entrypoint: "pack", args: ["build", image, "--network", "cloudbuild"] },
    ],
    images: [image],
    tags,
    timeout: "1200s",
    serviceAccount,
    options: { logging: "CLOUD_LOGGING_ONLY" },
  };
}
