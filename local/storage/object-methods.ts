import type { Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  CopyObjectRequest,
  ListObjectsRequest,
  ObjectList,
  Object as ObjectResource,
  PatchObjectRequest,
  RewriteObjectRequest,
  StorageV1Methods,
} from "../model/generated/storage-v1.ts";
import { pageFrom } from "../page.ts";
import type { Buckets } from "./buckets.ts";
import { without } from "./cleared.ts";
import { compose } from "./compose.ts";
import { entriesOf, entryKey } from "./object-list.ts";
import type { Objects, StoredObject } from "./objects.ts";
import { toObject } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions } from "./precondition.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
}

/** Methods on the metadata of objects. */
export function objectMethods(context: Context): TypedHandlers<StorageV1Methods> {
  const { buckets, objects } = context;
  return {
    "google.storage.v1.Objects.Get": ({ bucket = "", object = "", generation, ...conditions }) => {
      buckets.demand(bucket);
      const found = objects.demand({ bucket, name: object, generation });
      demandConditions(found, conditions, true);
      return toObject(found);
    },
    "google.storage.v1.Objects.List": (request) => list(context, request),
    "google.storage.v1.Objects.Patch": (request, { cleared }) =>
      change(context, request, (present) => {
        const changed = patchable(request.resource ?? {});
        const metadata = { ...present.metadata, ...changed.metadata };
        return without({ ...present, ...changed, metadata }, cleared);
      }),
    "google.storage.v1.Objects.Update": (request) =>
      change(context, request, (present) => ({
        ...without(present, replaceable),
        ...patchable(request.resource ?? {}),
      })),
    "google.storage.v1.Objects.Delete": async ({ bucket = "", object = "", generation, ...conditions }) => {
      buckets.demand(bucket);
      const found = objects.find({ bucket, name: object, generation });
      demandConditions(found, conditions);
      await objects.delete(objects.demand({ bucket, name: object, generation }), { forGood: generation !== undefined });
      return {};
    },
    "google.storage.v1.Objects.Compose": async (request, call) => toObject(await compose(context, request, call)),
    "google.storage.v1.Objects.Copy": async (request, call) => toObject(await copy(context, request, call)),
    "google.storage.v1.Objects.Rewrite": async (request, call) => {
      const written = await copy(context, request, call);
      const { size = "0" } = written;
      const rewritten = { totalBytesRewritten: size, objectSize: size, done: true, resource: toObject(written) };
      return { kind: "storage#rewriteResponse", ...rewritten };
    },
  };
}

/** Fields that a caller decides. */
function patchable(sent: ObjectResource): ObjectResource {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = sent;
  const { metadata, customTime, eventBasedHold, temporaryHold } = sent;
  const given = { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage };
  const all = { ...given, metadata, customTime, eventBasedHold, temporaryHold };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const replaceable = ["cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "metadata"];

function change(
  { buckets, objects }: Context,
  request: PatchObjectRequest,
  merge: (present: StoredObject) => StoredObject,
): ObjectResource {
  const { bucket = "", object = "", generation, ...conditions } = request;
  buckets.demand(bucket);
  const present = objects.demand({ bucket, name: object, generation });
  demandConditions(present, conditions);
  return toObject(objects.patch(merge(present)));
}

function list({ buckets, objects }: Context, request: ListObjectsRequest): ObjectList {
  const { bucket = "", maxResults, pageToken } = request;
  buckets.demand(bucket);
  const page = pageFrom((after) => entriesOf(objects, request, after), {
    ...{ key: entryKey, size: maxResults, token: pageToken, limits: { usual: 1000, most: 1000 } },
  });
  const items = page.items.flatMap((entry) => ("object" in entry ? [toObject(entry.object)] : []));
  const prefixes = page.items.flatMap((entry) => ("prefix" in entry ? [entry.prefix] : []));
  return {
    kind: "storage#objects",
    items: items.length > 0 ? items : undefined,
    prefixes: prefixes.length > 0 ? prefixes : undefined,
    nextPageToken: page.nextPageToken,
  };
}

async function copy(
  { cloud, buckets, objects }: Context,
  request: CopyObjectRequest & RewriteObjectRequest,
  call: Call,
): Promise<StoredObject> {
  const {
    sourceBucket = "",
    sourceObject = "",
    destinationBucket = "",
    destinationObject = "",
    resource = {},
  } = request;
  buckets.demand(sourceBucket);
  buckets.demand(destinationBucket);
  cloud.access.demand(call.principal, "storage.objects.get", objectResource(sourceBucket, sourceObject));
  const source = objects.demand({ bucket: sourceBucket, name: sourceObject, generation: request.sourceGeneration });
  demandConditions(source, {
    ifGenerationMatch: request.ifSourceGenerationMatch,
    ifGenerationNotMatch: request.ifSourceGenerationNotMatch,
    ifMetagenerationMatch: request.ifSourceMetagenerationMatch,
    ifMetagenerationNotMatch: request.ifSourceMetagenerationNotMatch,
  });
  return objects.write({
    bucket: destinationBucket,
    name: destinationObject,
    content: await objects.read(source),
    resource: { ...patchable(source), ...patchable(resource) },
    conditions: request,
  });
}
