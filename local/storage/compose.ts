import type { Call } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { ComposeObjectRequest, ComposeRequest_SourceObject } from "../model/generated/storage-v1.ts";
import type { Buckets } from "./buckets.ts";
import { invalid } from "./error.ts";
import type { Objects, StoredObject } from "./objects.ts";
import { objectResource } from "./permissions.ts";
import { demandConditions } from "./precondition.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
}

/** Objects that one request may put together. */
const mostSources = 32;

/**
 * Puts objects of one bucket together into another, which has no MD5 of its own.
 *
 * @throws ApiError 400 for no or too many sources, 404, 412
 * @see https://cloud.google.com/storage/docs/composite-objects
 */
export async function compose(
  { cloud, buckets, objects }: Context,
  request: ComposeObjectRequest,
  { principal }: Call,
): Promise<StoredObject> {
  const { destinationBucket: bucket = "", destinationObject: name = "", resource: sent = {} } = request;
  const { sourceObjects = [], destination = {} } = sent;
  buckets.demand(bucket);
  if (sourceObjects.length === 0) throw invalid("You must provide at least one source component.");
  if (sourceObjects.length > mostSources) {
    throw invalid(
      `The number of source components provided (${sourceObjects.length}) exceeds the maximum (${mostSources})`,
    );
  }
  const sources = sourceObjects.map((source) => {
    cloud.access.demand(principal, "storage.objects.get", objectResource(bucket, source.name ?? ""));
    return demandSource(objects, bucket, source);
  });
  if (objects.find({ bucket, name })) {
    cloud.access.demand(principal, "storage.objects.delete", objectResource(bucket, name));
  }
  const contents = await Promise.all(sources.map((source) => objects.read(source)));
  const { contentType = sources[0]?.contentType, metadata, cacheControl, contentDisposition } = destination;
  const { contentEncoding, contentLanguage, customTime } = destination;
  const given = {
    contentType,
    metadata,
    cacheControl,
    contentDisposition,
    contentEncoding,
    contentLanguage,
    customTime,
  };
  const componentCount = sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0);
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const resource = { ...said, componentCount };
  return objects.write({ bucket, name, content: Buffer.concat(contents), resource, conditions: request });
}

function demandSource(
  objects: Objects,
  bucket: string,
  { name = "", generation, objectPreconditions = {} }: ComposeRequest_SourceObject,
): StoredObject {
  const source = objects.demand({ bucket, name, generation });
  demandConditions(source, objectPreconditions);
  return source;
}
