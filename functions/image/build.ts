import { buildpackBuild } from "../../google/buildpack.ts";
import type { Build } from "../../google/clients/cloud-build.ts";
import type { BuiltImageInput } from "../../plan/steps/image.ts";
import { canonicalJson, idOf, sha256 } from "../../spec/names.ts";
import { makerOf } from "../attempt.ts";
import type { Run } from "../contract.ts";

/**
 * Tag that all builds of one content bear and no others do: they are found again by it. With level `all` an image is
 * built afresh for the run.
 */
export function contentTag(input: BuiltImageInput, run: Pick<Run, "id" | "level">): string {
  const { repository, imageId, source } = input;
  const content = { repository, imageId, object: source.object, run: run.level === "all" ? run.id : undefined };
  return `content-${sha256(canonicalJson(content)).slice(0, 40)}`;
}

/** Tag of the builds of one execution of a run. */
export function runTag(run: Pick<Run, "id" | "attempt">): string {
  return `run-${makerOf(run)
    .replace(/[^\w.-]/g, "-")
    .slice(0, 120)}`;
}

/** What a build is made of beside the step's own input. */
export interface BuildParts {
  /** Prefix of the repository's images. */
  readonly registryUri: string;
  /** Of the source, whose bytes were proved: whoever writes to the bucket meanwhile changes nothing. */
  readonly generation: string;
  readonly run: Pick<Run, "id" | "attempt" | "level">;
}

/**
 * A build of an application with buildpacks.
 *
 * @see https://cloud.google.com/docs/buildpacks/build-application
 */
export function toBuild(input: BuiltImageInput, { registryUri, generation, run }: BuildParts): Build {
  const tag = contentTag(input, run);
  const image = `${registryUri}/${input.imageId}:${tag.slice(-12)}`;
  return buildpackBuild({
    image,
    source: { ...input.source, generation },
    serviceAccount: `projects/${input.project}/serviceAccounts/${input.buildAccount}`,
    tags: [tag, runTag(run), `environment-${input.ownership.environment}`],
  });
}

/**
 * The image that a build pushed, as Artifact Registry names it inside the repository: `{image}@sha256:{digest}`.
 * Undefined when the build pushed none under this repository.
 */
export function pushedImage(build: Build, registryUri: string): string | undefined {
  const pushed = build.results?.images?.find(({ name }) => name?.startsWith(`${registryUri}/`));
  if (!pushed?.name || !pushed.digest) return undefined;
  const path = pushed.name.slice(registryUri.length + 1).replace(/[:@].*$/, "");
  return `${path}@${pushed.digest}`;
}

/**
 * Where Artifact Registry has an image: its repository, and `{image}@sha256:{digest}` inside it. Undefined for an image of
 * another registry.
 *
 * @param reference `{location}-docker.pkg.dev/{project}/{repository}/{image}@sha256:{digest}`
 */
export function imagePlaceOf(reference: string): { readonly repository: string; readonly image: string } | undefined {
  const parts = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([^:@]+)(?::[^@]*)?(@sha256:.+)$/.exec(reference);
  if (!parts) return undefined;
  const [, location, project, id, path, digest] = parts;
  return { repository: `projects/${project}/locations/${location}/repositories/${id}`, image: `${path}${digest}` };
}

/** How a build stands, for deciding what to do. */
export function stateOf(build: Build): "working" | "succeeded" | "failed" {
  switch (build.status) {
    case "SUCCESS":
      return "succeeded";
    case "PENDING":
    case "QUEUED":
    case "WORKING":
      return "working";
    default:
      return "failed";
  }
}

/** Id of a build. */
export function buildIdOf(build: Build): string {
  return build.id ?? idOf(build.name ?? "");
}
