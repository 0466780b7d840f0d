import type { Policy } from "../access/access.ts";
import type { Cloud } from "../cloud.ts";
import type { Bucket } from "../model/generated/storage-v1.ts";
import type { Collection } from "../store.ts";
import { conflict, invalid, noBucket } from "./error.ts";
import { demandClass, locationTypeOf } from "./location.ts";

/** A bucket as `storage.buckets` has it by name. */
export interface StoredBucket extends Bucket {
  readonly name: string;
  /** Id of its project; answers carry the number. */
  readonly projectId: string;
  readonly metageneration: string;
}

/** The buckets of a local cloud. Names are one space for all projects. */
export interface Buckets {
  /** Buckets of a project whose names begin so, in order of name, one by one. */
  list(projectId: string, names: { readonly prefix: string; readonly after?: string }): Iterable<StoredBucket>;
  /** The bucket, or `undefined`. */
  find(name: string): StoredBucket | undefined;
  /** @throws ApiError 404 */
  demand(name: string): StoredBucket;
  /** @throws ApiError 409 when the name is taken, 400 when it is none */
  insert(projectId: string, bucket: Bucket): StoredBucket;
  /** Writes what changed, with a new metageneration. */
  put(bucket: StoredBucket): StoredBucket;
  delete(name: string): void;
}

/** The name by which policies know a bucket, `//storage.googleapis.com/projects/_/buckets/{bucket}`. */
export function bucketResource(name: string): string {
  return `//storage.googleapis.com/projects/_/buckets/${name}`;
}

/** Opens the buckets of a local cloud. */
export function openBuckets(cloud: Cloud): Buckets {
  const buckets: Collection<StoredBucket> = cloud.store.collection("storage.buckets");
  const find = (name: string) => buckets.get(name);
  return {
    find,
    *list(projectId, { prefix, after }) {
      for (const [, bucket] of buckets.scan(prefix, after)) if (bucket.projectId === projectId) yield bucket;
    },
    demand(name) {
      const bucket = find(name);
      if (!bucket) throw noBucket();
      return bucket;
    },
    insert(projectId, bucket) {
      const name = parseName(bucket.name);
      const taken = find(name);
      if (taken?.projectId === projectId) {
        throw conflict("Your previous request to create the named bucket succeeded and you already own it.");
      }
      if (taken) {
        throw conflict(
          "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
        );
      }
      const now = cloud.clock.timestamp();
      const { location = "US", storageClass = "STANDARD", iamConfiguration, softDeletePolicy } = bucket;
      const locationType = locationTypeOf(location);
      demandClass(storageClass, locationType);
      cloud.access.startPolicy(bucketResource(name), standingPolicy(projectId, iamConfiguration));
      return buckets.put(name, {
        ...bucket,
        ...{
          name,
          projectId,
          metageneration: "1",
          timeCreated: now,
          updated: now,
          storageClass: storageClass.toUpperCase(),
        },
        location: location.toUpperCase(),
        locationType,
        iamConfiguration: withDefaults(iamConfiguration),
        softDeletePolicy: softDeletePolicy ?? { retentionDurationSeconds: "604800", effectiveTime: now },
      });
    },
    put(bucket) {
      const metageneration = String(BigInt(bucket.metageneration) + 1n);
      const iamConfiguration = withDefaults(bucket.iamConfiguration);
      return buckets.put(bucket.name, {
        ...bucket,
        iamConfiguration,
        metageneration,
        updated: cloud.clock.timestamp(),
      });
    },
    delete(name) {
      buckets.delete(name);
      cloud.access.deletePolicies(bucketResource(name));
    },
  };
}

function withDefaults({
  uniformBucketLevelAccess,
  publicAccessPrevention = "inherited",
}: Bucket["iamConfiguration"] = {}) {
  const enabled = uniformBucketLevelAccess?.enabled ?? false;
  return { bucketPolicyOnly: { enabled }, uniformBucketLevelAccess: { enabled }, publicAccessPrevention };
}

/**
 * What a bucket gives to those with basic roles on its project. With uniform access its policy also gives them the
 * objects, which otherwise have lists of their own.
 *
 * @see https://cloud.google.com/storage/docs/access-control/iam-roles#basic-roles-modifiable
 */
function standingPolicy(projectId: string, { uniformBucketLevelAccess }: Bucket["iamConfiguration"] = {}): Policy {
  const writers = [`projectEditor:${projectId}`, `projectOwner:${projectId}`];
  const readers = [`projectViewer:${projectId}`];
  const ofBucket = [
    { role: "roles/storage.legacyBucketOwner", members: writers },
    { role: "roles/storage.legacyBucketReader", members: readers },
  ];
  const ofObjects = [
    { role: "roles/storage.legacyObjectOwner", members: writers },
    { role: "roles/storage.legacyObjectReader", members: readers },
  ];
  const isUniform = uniformBucketLevelAccess?.enabled === true;
  return { version: 1, bindings: isUniform ? [...ofBucket, ...ofObjects] : ofBucket };
}

function parseName(name = ""): string {
  const isValid =
    /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name) || /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]{1,63})+$/.test(name);
  if (!isValid || /^\d+\.\d+\.\d+\.\d+$/.test(name)) throw invalid(`Invalid bucket name: '${name}'`);
  return name;
}

/**
 * Insists on a name that could not pass for Google's own.
 *
 * @throws ApiError 400
 * @see https://cloud.google.com/storage/docs/buckets#naming
 */
export function demandUnreserved(name = ""): void {
  if (name.startsWith("goog") || /g[o0][o0]g[l1]e/.test(name)) throw invalid(`Invalid bucket name: '${name}'`);
}

/** A bucket as the API shows it. */
export function toBucket({ projects }: Cloud, { projectId, ...bucket }: StoredBucket): Bucket {
  return {
    kind: "storage#bucket",
    id: bucket.name,
    selfLink: `https://www.googleapis.com/storage/v1/b/${bucket.name}`,
    projectNumber: projects.ensure(projectId).projectNumber,
    ...bucket,
    etag: etagOf(bucket.metageneration),
  };
}

/** The etag of a bucket or object, which depends on its numbers alone. */
export function etagOf(...numbers: readonly string[]): string {
  return Buffer.from(`C${numbers.join("/")}`).toString("base64");
}
