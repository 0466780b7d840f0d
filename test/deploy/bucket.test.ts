import { describe, expect, it } from "@jest/globals";
import { type BucketClient, ensureBucket } from "../../deploy/bucket.ts";
import { installationAccounts, installationLabels } from "../../deploy/installation.ts";
import type { Bucket } from "../../google/clients/storage-bucket.ts";
import type { Policy } from "../../google/policy.ts";

const project = "my-project";
const name = "my-project-alloyrun";
const target = { project, projectNumber: "12345", region: "us-central1" };
const accounts = installationAccounts(project);
const memberOf = (account: string) => `serviceAccount:alloyrun-${account}@${project}.iam.gserviceaccount.com`;

interface Held extends BucketClient {
  bucket?: Bucket;
  policy: Policy;
  /** Calls that changed something. */
  readonly writes: string[];
}

/** One bucket and its policy, in memory. */
function bucketInMemory(bucket?: Bucket, policy: Policy = {}): Held {
  const writes: string[] = [];
  const held: Held = {
    ...{ bucket, policy, writes },
    getBucket: async () => held.bucket,
    createBucket: async (_project, wanted) => {
      writes.push("create");
      held.bucket = { ...wanted, projectNumber: target.projectNumber };
      return held.bucket;
    },
    patchBucket: async (_name, wanted) => {
      writes.push("patch");
      held.bucket = { ...held.bucket, ...wanted };
      return held.bucket;
    },
    getPolicy: async () => held.policy,
    setPolicy: async (_name, wanted) => {
      writes.push("set policy");
      held.policy = wanted;
      return wanted;
    },
  };
  return held;
}

/** Roles of an account by condition; `everywhere` for none. */
function grantsOf({ policy }: Held, account: string): readonly (readonly [string, string])[] {
  const held = policy.bindings?.filter(({ members }) => members?.includes(memberOf(account))) ?? [];
  return held.map(({ role, condition }) => [role, condition?.expression ?? "everywhere"]);
}

const under = (prefix: string) => `resource.name.startsWith("projects/_/buckets/${name}/objects/${prefix}")`;

describe("ensureBucket", () => {
  it("makes it private, with uniform access and versions, and changes nothing the second time", async () => {
    const held = bucketInMemory();
    await ensureBucket(held, target, accounts);
    expect(held.bucket).toMatchObject({
      labels: installationLabels(project),
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
      versioning: { enabled: true },
    });
    held.writes.length = 0;
    await ensureBucket(held, target, accounts);
    expect(held.writes).toEqual([]);
  });

  it.each([
    ["uniform access", { iamConfiguration: { publicAccessPrevention: "enforced" } }],
    ["public access", { iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } }],
    ["versions", { versioning: { enabled: false } }],
  ])("brings back the setting of %s", async (_setting, changed) => {
    const held = bucketInMemory();
    await ensureBucket(held, target, accounts);
    const { bucket: wanted } = held;
    held.bucket = { ...wanted, ...changed };
    await ensureBucket(held, target, accounts);
    expect(held.bucket).toEqual(wanted);
  });

  it.each([
    ["another project's", { projectNumber: "1", labels: installationLabels(project) }, /belongs to another project/],
    ["somebody else's in the project", { projectNumber: "12345", labels: {} }, /was not made by the installation/],
  ])("leaves a bucket of the name as it is that is %s", async (_whose, bucket, says) => {
    const held = bucketInMemory(bucket);
    const refusal = { code: "ALREADY_EXISTS", message: expect.stringMatching(says) };
    await expect(ensureBucket(held, target, accounts)).rejects.toMatchObject(refusal);
    expect(held.writes).toEqual([]);
  });

  it("keeps every account to its own prefixes", async () => {
    const held = bucketInMemory();
    await ensureBucket(held, target, accounts);
    expect(held.policy.version).toBe(3);
    expect(grantsOf(held, "traffic")).toEqual([["roles/storage.objectViewer", under("locks/")]]);
    expect(grantsOf(held, "workflow")).toEqual([["roles/storage.objectViewer", under("plans/")]]);
    expect(grantsOf(held, "build")).toEqual([["roles/storage.objectViewer", under("sources/")]]);
    expect(grantsOf(held, "sweep")).toEqual([["roles/storage.legacyBucketReader", "everywhere"]]);
    expect(held.policy.bindings?.filter(({ condition }) => !condition).map(({ role }) => role)).toEqual([
      "roles/storage.legacyBucketReader",
    ]);
  });

  it("takes back what an earlier version granted on all of it, and nothing that people granted", async () => {
    const role = "roles/storage.objectViewer";
    const person = "user:ann@example.com";
    const held = bucketInMemory(undefined, { bindings: [{ role, members: [memberOf("traffic"), person] }] });
    await ensureBucket(held, target, accounts);
    expect(grantsOf(held, "traffic")).toEqual([[role, under("locks/")]]);
    expect(held.policy.bindings).toContainEqual({ role, members: [person] });
  });
});
