import type { TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { readListing } from "../list/listing.ts";
import type {
  ArtifactRegistryMethods,
  ListTagsRequest,
  ListTagsResponse,
  Tag,
} from "../model/generated/artifact-registry.ts";
import type { Images } from "../workload/image.ts";
import { limits } from "./docker-images.ts";
import { missing } from "./error.ts";
import { imagesOf, parsePackage } from "./package-name.ts";

interface Context {
  readonly images: Images;
  /** @throws ApiError NOT_FOUND */
  readonly demandRepository: (name: string) => void;
}

/** Methods on the tags of packages. */
export function tagMethods(context: Context): TypedHandlers<ArtifactRegistryMethods> {
  return {
    "google.devtools.artifactregistry.v1.ArtifactRegistry.ListTags": (request) => listTags(context, request),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.GetTag": ({ name = "" }) => demandTag(context, name),
    "google.devtools.artifactregistry.v1.ArtifactRegistry.CreateTag": ({ parent = "", tagId = "", tag = {} }) => {
      const name = `${parent}/tags/${tagId || (tag.name ?? "").split("/tags/").at(-1)}`;
      if (tagsOf(context, name).some((one) => one.name === name)) {
        throw new ApiError({ code: "ALREADY_EXISTS", message: `tag ${name} already exists` });
      }
      return point(context, { name, version: tag.version });
    },
    "google.devtools.artifactregistry.v1.ArtifactRegistry.UpdateTag": ({ tag = {} }) => {
      demandTag(context, tag.name ?? "");
      return point(context, tag);
    },
    "google.devtools.artifactregistry.v1.ArtifactRegistry.DeleteTag": ({ name = "" }) => {
      demandTag(context, name);
      context.images.untag(parsePackage(name).path, idOf(name));
      return {};
    },
  };
}

/** Tags of a package as `name` lists it or one of them. */
function tagsOf({ images, demandRepository }: Context, name: string): Required<Tag>[] {
  const home = parsePackage(name);
  demandRepository(home.repository);
  const tags = imagesOf(images, home).flatMap((found) =>
    images.tags(found).map((tag) => ({
      name: `${home.name}/tags/${tag}`,
      version: `${home.name}/versions/${found.digest}`,
    })),
  );
  return tags.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function listTags(context: Context, request: ListTagsRequest): ListTagsResponse {
  const listing = readListing<Tag>("google.devtools.artifactregistry.v1.Tag", request);
  const page = listing.page(tagsOf(context, request.parent ?? ""), limits);
  return { tags: page.items, nextPageToken: page.nextPageToken };
}

function demandTag(context: Context, name: string): Tag {
  const found = tagsOf(context, name).find((tag) => tag.name === name);
  if (!found) throw missing();
  return found;
}

/** Lets a tag mean a version of its package, which must be there. */
function point({ images, demandRepository }: Context, { name = "", version = "" }: Tag): Tag {
  const { path, repository, name: home } = parsePackage(name);
  demandRepository(repository);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(idOf(name))) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid tag_id: "${idOf(name)}".` });
  }
  const digest = version.split("/versions/")[1] ?? "";
  if (parsePackage(version).name !== home || !images.resolve(`${path}@${digest}`)) throw missing();
  images.tag(path, idOf(name), digest);
  return { name, version };
}

function idOf(name: string): string {
  return name.split("/tags/").at(-1) ?? "";
}
