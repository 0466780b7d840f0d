import { describe, expect, it } from "@jest/globals";
import { checksumOf, runOf, type SeedParts, seedToken, toSeedJob } from "../../../functions/cloud-run/seed-job.ts";
import type { SeedInput } from "../../../plan/steps/seed.ts";
import { ownership } from "./inputs.ts";

const input: SeedInput = {
  job: "projects/p/locations/r/jobs/staging-seed",
  runnerImage: "r-docker.pkg.dev/p/alloyrun/seed@sha256:abc",
  seedAccount: "seed@p.iam.gserviceaccount.com",
  database: "mydb",
  login: { user: "app", auth: "password" },
  seed: { bucket: "p-alloyrun", object: "seeds/1234.tgz" },
  timeoutSeconds: 600,
  ownership,
};

const parts: SeedParts = {
  run: "r1",
  database: "mydb",
  cluster: "projects/p/locations/r/clusters/c",
  adminVersion: "projects/p/secrets/admin/versions/2",
  instanceUid: "u1",
  ipAddress: "192.168.200.2",
  applicationVersion: "projects/p/secrets/app/versions/1",
  vpcAccess: { connector: "c" },
};

describe("seedToken", () => {
  const token = seedToken(input, parts);

  it("fits into an execution's name", () => {
    expect(token).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each([
    ["run", { run: "r2" }],
    ["trace", { trace: "projects/p/traces/t" }],
    ["address", { ipAddress: "192.168.200.3" }],
    ["version of a password", { adminVersion: "projects/p/secrets/admin/versions/3" }],
  ])("stays the same with another %s", (_, change) => {
    expect(seedToken(input, { ...parts, ...change })).toBe(token);
  });

  it.each([
    ["database", input, { ...parts, database: "mydb_g2" }],
    ["instance of the same name", input, { ...parts, instanceUid: "u2" }],
    ["seed", { ...input, seed: { ...input.seed, object: "seeds/5678.tgz" } }, parts],
    ["user", { ...input, login: { user: "other", auth: "password" as const } }, parts],
  ])("differs for another %s", (_, otherInput, otherParts) => {
    expect(seedToken(otherInput, otherParts)).not.toBe(token);
  });
});

describe("toSeedJob", () => {
  const task = toSeedJob(input, parts, "t").template?.template;
  const variables = new Map(task?.containers?.[0]?.env?.map((variable) => [variable.name, variable]));

  it("tells the runner the trace of the call that made it, where there is one", () => {
    const traced = toSeedJob(input, { ...parts, trace: "projects/p/traces/t" }, "t").template?.template;
    const given = traced?.containers?.[0]?.env?.find(({ name }) => name === "TRACE");
    expect([given?.value, variables.has("TRACE")]).toEqual(["projects/p/traces/t", false]);
  });

  it("never tries a failed seed again by itself", () => {
    expect(task?.maxRetries).toBe(0);
  });

  it("holds passwords by pinned version only", () => {
    expect(variables.get("DB_PASS")).toEqual({
      name: "DB_PASS",
      valueSource: { secretKeyRef: { secret: "admin", version: "2" } },
    });
    expect(variables.get("APP_PASS")).toEqual({
      name: "APP_PASS",
      valueSource: { secretKeyRef: { secret: "app", version: "1" } },
    });
  });

  it("has no password of the application with IAM login", () => {
    const job = toSeedJob(
      { ...input, login: { user: "a@p.iam", auth: "iam" } },
      { ...parts, applicationVersion: undefined },
      "t",
    );
    expect(job.template?.template?.containers?.[0]?.env?.map(({ name }) => name)).not.toContain("APP_PASS");
  });

  it("tells the execution's run", () => {
    expect(runOf({ template: task })).toBe("r1");
  });
});

describe("checksumOf", () => {
  it("reads it from the object's name", () => {
    expect(checksumOf(input)).toBe("1234");
  });
});
