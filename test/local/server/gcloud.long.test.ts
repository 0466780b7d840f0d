import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";

const isInstalled = (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, "gcloud")));
const describeIfInstalled = isInstalled ? describe : describe.skip;
let local: LocalCloud;
let configuration: string;

beforeAll(async () => {
  local = await startTestCloud();
  configuration = mkdtempSync(join(tmpdir(), "gcloud-test-"));
});
afterAll(async () => {
  await local.stop();
  rmSync(configuration, { recursive: true, force: true });
});

/** Runs gcloud with nothing but the local cloud's environment, and reads its JSON. */
async function gcloud(command: string): Promise<unknown> {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: configuration,
    CLOUDSDK_CONFIG: configuration,
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
    ...(await local.environment()),
  };
  const { stdout } = await promisify(execFile)("gcloud", [...command.split(" "), "--format=json"], { env });
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}

describeIfInstalled("gcloud, without a setting of its own", () => {
  const email = `my-account@${testProject}.iam.gserviceaccount.com`;

  it("reads the project", async () => {
    expect(await gcloud(`projects describe ${testProject}`)).toMatchObject({ projectId: testProject });
  }, 60_000);

  it("waits for Compute's operations", async () => {
    await gcloud("compute networks create my-vpc --subnet-mode=custom");
    expect(await gcloud("compute networks describe my-vpc")).toMatchObject({
      name: "my-vpc",
      autoCreateSubnetworks: false,
    });
  }, 60_000);

  it("makes an account and grants it a role", async () => {
    await gcloud("iam service-accounts create my-account");
    await local.cloud.clock.advance(120_000);
    const role = "roles/alloydb.client";
    const policy = await gcloud(
      `projects add-iam-policy-binding ${testProject} --member=serviceAccount:${email} --role=${role}`,
    );
    expect(policy).toMatchObject({ bindings: [{ role, members: [`serviceAccount:${email}`] }] });
  }, 60_000);

  it("fails in Google's words", async () => {
    const failed = gcloud("compute networks describe no-such-vpc");
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("was not found") });
  }, 60_000);
});
