import { describe, expect, it } from "@jest/globals";
import { type BucketClient, ensureBucket } from "../../deploy/bucket.ts";
import {
  type BucketAccess,
  bucketRoleName,
  installationAccounts,
  installationLabels,
} from "../../deploy/installation.ts";
import { bucketRoles } from "../../deploy/roles.ts";
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

const roleOf = (verb: keyof BucketAccess) => bucketRoleName(project, verb);

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
    expect(grantsOf(held, "traffic")).toEqual([[roleOf("reads"), under("locks/")]]);
    expect(grantsOf(held, "workflow")).toEqual([[roleOf("reads"), under("plans/")]]);
    expect(grantsOf(held, "build")).toEqual([[roleOf("reads"), under("sources/")]]);
    expect(grantsOf(held, "sweep")).toEqual([[roleOf("lists"), "everywhere"]]);
    expect(held.policy.bindings?.filter(({ condition }) => !condition).map(({ role }) => role)).toEqual([
      roleOf("lists"),
    ]);
  });

  it("binds no role but those whose permissions are listed, and lets nobody change a record or a plan", async () => {
    const held = bucketInMemory();
    await ensureBucket(held, target, accounts);
    const roles = new Map(
      bucketRoles(project).map(({ name: role, includedPermissions }) => [role, includedPermissions]),
    );
    const bound = held.policy.bindings?.map(({ role, condition }) => [roles.get(role), condition?.expression] as const);
    expect(bound?.filter(([permissions]) => permissions === undefined)).toEqual([]);
    for (const kept of ["runs/", "plans/"]) {
      const there = bound
        ?.filter(([, expression]) => expression === under(kept))
        .flatMap(([permissions]) => permissions);
      expect([...new Set(there)].sort()).toEqual(["storage.objects.create", "storage.objects.get"]);
    }
  });

  it("takes back what an earlier version granted on all of it, and nothing that people granted", async () => {
    const role = "roles/storage.objectViewer";
    const person = "user:ann@example.com";
    const held = bucketInMemory(undefined, { bindings: [{ role, members: [memberOf("traffic"), person] }] });
    await ensureBucket(held, target, accounts);
    expect(grantsOf(held, "traffic")).toEqual([[roleOf("reads"), under("locks/")]]);
    expect(held.policy.bindings).toContainEqual({ role, members: [person] });
  });
});
