import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import type { Policy } from "../policy.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://storage.googleapis.com/storage/v1/b";

/** A bucket, as far as alloyrun looks at it. */
export interface Bucket {
  readonly name?: string;
  /** Decimal, as a text. */
  readonly projectNumber?: string;
  /** In capitals. */
  readonly location?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly iamConfiguration?: {
    readonly uniformBucketLevelAccess?: { readonly enabled?: boolean };
    readonly publicAccessPrevention?: string;
  };
  readonly versioning?: { readonly enabled?: boolean };
}

/** One version of an object. */
export interface ObjectVersion {
  readonly name: string;
  /** Decimal, as a text. */
  readonly generation: string;
}

/** Buckets and their policies. @see https://cloud.google.com/storage/docs/json_api/v1/buckets */
export interface StorageBucketClient {
  readonly getBucket: (name: string) => Promise<Bucket | undefined>;
  readonly createBucket: (project: string, bucket: Bucket) => Promise<Bucket>;
  /** Changes the given fields, each as a whole. */
  readonly patchBucket: (name: string, bucket: Bucket) => Promise<Bucket>;
  /** Deletes a bucket that is empty; absent is fine. */
  readonly deleteBucket: (name: string) => Promise<void>;
  /** Every version of every object, newest or not. */
  readonly listVersions: (name: string) => Promise<readonly ObjectVersion[]>;
  /** Deletes one version for good; absent is fine. */
  readonly deleteVersion: (bucket: string, version: ObjectVersion) => Promise<void>;
  /** With conditions (version 3). */
  readonly getPolicy: (name: string) => Promise<Policy>;
  /** Replaces the policy; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setPolicy: (name: string, policy: Policy) => Promise<Policy>;
}

/** Opens buckets. */
export const connectStorageBucket: Connect<StorageBucketClient> = (auth) => (guard) =>
  bucketsOf(createRest(auth, guard));

function bucketsOf(rest: Rest): StorageBucketClient {
  const site = (verb: string, name: string) => ({ method: `storage.buckets.${verb}`, resource: `gs://${name}` });
  return {
    getBucket: (name) => rest.findJson({ method: "GET", url: `${api}/${name}`, site: site("get", name) }),
    createBucket: (project, bucket) =>
      rest.fetchJson({
        method: "POST",
        url: api,
        query: { project },
        body: bucket,
        site: site("insert", bucket.name ?? ""),
      }),
    patchBucket: (name, bucket) =>
      rest.fetchJson({ method: "PATCH", url: `${api}/${name}`, body: bucket, site: site("patch", name) }),
    deleteBucket: async (name) => {
      await rest.findJson({ method: "DELETE", url: `${api}/${name}`, site: site("delete", name) });
    },
    listVersions: (name) => {
      const query = { versions: true, fields: "items(name,generation),nextPageToken" };
      const objects = { method: "storage.objects.list", resource: `gs://${name}` };
      return fetchAll(rest, {
        request: { method: "GET", url: `${api}/${name}/o`, query, site: objects },
        field: "items",
      });
    },
    deleteVersion: async (bucket, { name, generation }) => {
      const object = { method: "storage.objects.delete", resource: `gs://${bucket}/${name}#${generation}` };
      const url = `${api}/${bucket}/o/${encodeURIComponent(name)}`;
      await rest.findJson({ method: "DELETE", url, query: { generation }, site: object });
    },
    getPolicy: (name) =>
      rest.fetchJson({
        method: "GET",
        url: `${api}/${name}/iam`,
        query: { optionsRequestedPolicyVersion: 3 },
        site: site("getIamPolicy", name),
      }),
    setPolicy: (name, policy) =>
      rest.fetchJson({ method: "PUT", url: `${api}/${name}/iam`, body: policy, site: site("setIamPolicy", name) }),
  };
}
