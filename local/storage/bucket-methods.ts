import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  Bucket,
  BucketList,
  GetIamPolicyRequest,
  ListBucketsRequest,
  PatchBucketRequest,
  Policy,
  SetIamPolicyRequest,
  StorageV1Methods,
  UpdateBucketRequest,
} from "../model/generated/storage-v1.ts";
import { pageFrom } from "../page.ts";
import { policyMethods } from "../policy.ts";
import { type Buckets, bucketResource, demandUnreserved, type StoredBucket, toBucket } from "./buckets.ts";
import { without } from "./cleared.ts";
import { conflict, invalid } from "./error.ts";
import { demandClass, locationTypeOf } from "./location.ts";
import type { Objects } from "./objects.ts";
import { demandConditions } from "./precondition.ts";

interface Context {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
}

/** Methods on buckets. */
export function bucketMethods(context: Context): TypedHandlers<StorageV1Methods> {
  const { cloud, buckets } = context;
  return {
    "google.storage.v1.Buckets.Insert": ({ project = "", resource = {} }, { principal }) => {
      // Google's own services have buckets of such names.
      if (principal.kind !== "system") demandUnreserved(resource.name);
      return toBucket(cloud, buckets.insert(cloud.projects.find(project)?.projectId ?? project, resource));
    },
    "google.storage.v1.Buckets.Get": ({ bucket = "", ...conditions }) => {
      const found = buckets.demand(bucket);
      demandConditions(found, conditions, true);
      return toBucket(cloud, found);
    },
    "google.storage.v1.Buckets.List": (request) => list(context, request),
    "google.storage.v1.Buckets.Patch": (request, { cleared }) =>
      change(context, request, (present, sent) => without(merge(present, sent), cleared)),
    "google.storage.v1.Buckets.GetStorageLayout": ({ bucket = "" }) => {
      const { location, locationType } = buckets.demand(bucket);
      return { kind: "storage#storageLayout", bucket, location, locationType };
    },
    // Policies are those of buckets: no folder has one, and none can be made.
    "google.storage.v1.ManagedFolders.List": ({ bucket = "" }) => {
      buckets.demand(bucket);
      return { kind: "storage#managedFolders" };
    },
    "google.storage.v1.Projects.GetServiceAccount": ({ projectId = "" }) => {
      const { projectNumber } = cloud.projects.ensure(projectId);
      const email = `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;
      return { kind: "storage#serviceAccount", email_address: email };
    },
    "google.storage.v1.Buckets.Update": (request) => change(context, request, replace),
    "google.storage.v1.Buckets.Delete": ({ bucket = "", ...conditions }) => {
      demandConditions(buckets.demand(bucket), conditions);
      if (!context.objects.isEmpty(bucket)) {
        throw conflict("The bucket you tried to delete is not empty.");
      }
      buckets.delete(bucket);
      return {};
    },
    ...bucketPolicyMethods(context),
  };
}

function list(
  { cloud, buckets }: Context,
  { project = "", prefix = "", maxResults, pageToken }: ListBucketsRequest,
): BucketList {
  const projectId = cloud.projects.find(project)?.projectId ?? project;
  const limits = { usual: 1000, most: 1000 };
  const page = pageFrom<StoredBucket>((after) => buckets.list(projectId, { prefix, after }), {
    ...{ key: ({ name }) => name, size: maxResults, token: pageToken, limits },
  });
  const items = page.items.map((bucket) => toBucket(cloud, bucket));
  return { kind: "storage#buckets", items: items.length > 0 ? items : undefined, nextPageToken: page.nextPageToken };
}

type Merge = (present: StoredBucket, sent: Bucket) => Bucket;

function change(
  { cloud, buckets }: Context,
  request: PatchBucketRequest & UpdateBucketRequest,
  combine: Merge,
): Bucket {
  const { bucket = "", resource = {}, ...conditions } = request;
  const present = buckets.demand(bucket);
  demandConditions(present, conditions);
  const { location } = resource;
  if (location !== undefined && location.toUpperCase() !== present.location)
    throw invalid("The location of a bucket cannot be changed.");
  const { name, projectId, metageneration, timeCreated, locationType } = present;
  if (resource.storageClass !== undefined) demandClass(resource.storageClass, locationTypeOf(present.location ?? ""));
  const fixed = { name, projectId, metageneration, timeCreated, locationType, location: present.location };
  return toBucket(cloud, buckets.put({ ...combine(present, resource), ...fixed }));
}

/** Labels come and go one by one, other fields as a whole. */
function merge(present: StoredBucket, sent: Bucket): Bucket {
  return { ...present, ...sent, labels: sent.labels ? { ...present.labels, ...sent.labels } : present.labels };
}

function replace(present: StoredBucket, sent: Bucket): Bucket {
  return { ...sent, storageClass: sent.storageClass ?? present.storageClass };
}

function bucketPolicyMethods({ cloud, buckets }: Context): TypedHandlers<StorageV1Methods> {
  const policies = policyMethods(cloud, (bucket) => bucketResource(buckets.demand(bucket).name));
  const shown = (bucket: string, policy: Policy): Policy => ({
    kind: "storage#policy",
    resourceId: `projects/_/buckets/${bucket}`,
    ...policy,
  });
  return {
    "google.storage.v1.Buckets.GetIamPolicy": ({ bucket = "", optionsRequestedPolicyVersion }: GetIamPolicyRequest) =>
      shown(
        bucket,
        policies.get({ resource: bucket, options: { requestedPolicyVersion: optionsRequestedPolicyVersion } }),
      ),
    "google.storage.v1.Buckets.SetIamPolicy": ({ bucket = "", resource = {} }: SetIamPolicyRequest) => {
      const { version, bindings, etag } = resource;
      return shown(bucket, policies.set({ resource: bucket, policy: { version, bindings, etag } }));
    },
    "google.storage.v1.Buckets.TestIamPermissions": ({ bucket = "", permissions }, call) => ({
      kind: "storage#testIamPermissionsResponse",
      ...policies.test({ resource: bucket, permissions }, call),
    }),
  };
}
