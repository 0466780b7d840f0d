import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseJwt } from "../../../local/access/rsa-key.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { isInstalled } from "../gcloud/gcloud.ts";

const describeIfInstalled = isInstalled ? describe : describe.skip;
const reason = isInstalled ? "" : " (skipped: no gcloud on the PATH)";
const account = `my-account@${testProject}.iam.gserviceaccount.com`;
let local: LocalCloud;
let folder: string;

beforeAll(async () => {
  if (!isInstalled) return;
  local = await startTestCloud();
  folder = mkdtempSync(join(tmpdir(), "gcloud-identity-"));
  await gcloud("iam service-accounts create my-account");
  await local.cloud.clock.advance(120_000);
  await gcloud(`iam service-accounts keys create ${folder}/key.json --iam-account=${account}`);
}, 120_000);
afterAll(async () => {
  await local?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Variables without which gcloud takes the credentials file, or the account that was activated. */
const tokenFile = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";
const files = [tokenFile, "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"];

interface Run {
  readonly without?: readonly string[];
  readonly as?: string;
}

/** Runs gcloud in the local cloud's environment; what it printed, or its error. */
async function gcloud(command: string, { without = [], as }: Run = {}): Promise<string> {
  const { PATH = "" } = process.env;
  const own = { PATH, HOME: folder, CLOUDSDK_CONFIG: join(folder, ".gcloud"), CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
  const quiet = { CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1", CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1" };
  const given = Object.entries(await local.environment({ as })).filter(([name]) => !without.includes(name));
  const env = { ...own, ...quiet, ...Object.fromEntries(given) };
  return new Promise((resolve, reject) => {
    execFile("gcloud", command.split(" "), { env, timeout: 120_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr, { cause: error })) : resolve(stdout.trim()),
    );
  });
}

const emailIn = async (token: string) =>
  (await rest(local, `GET oauth2.googleapis.com/tokeninfo?access_token=${token}`, { as: "" })).body.email;

describeIfInstalled(`gcloud's identity${reason}`, () => {
  it("is the owner's, or the person's that the environment was asked for", async () => {
    expect(await emailIn(await gcloud("auth print-access-token"))).toBe("owner@example.com");
    expect(await emailIn(await gcloud("auth print-access-token", { as: "jane@example.com" }))).toBe("jane@example.com");
    const byFile = await gcloud("auth print-access-token", { as: "jane@example.com", without: [tokenFile] });
    expect(byFile).toMatch(/^ya29\./);
    expect(await emailIn(byFile)).toBe("jane@example.com");
    expect(await emailIn(await gcloud("auth application-default print-access-token"))).toBe("owner@example.com");
  }, 120_000);

  it("has ID tokens where the credentials file is taken", async () => {
    const claims = parseJwt(await gcloud("auth print-identity-token", { without: [tokenFile] }))?.claims;
    expect(claims).toMatchObject({ email: "owner@example.com", aud: expect.stringMatching(/googleusercontent\.com$/) });
    const refused = gcloud("auth print-identity-token");
    await expect(refused).rejects.toThrow();
  }, 120_000);

  it("is an account's that it impersonates", async () => {
    const options = `--impersonate-service-account=${account} --audiences=https://a.run.app --include-email`;
    const claims = parseJwt(await gcloud(`auth print-identity-token ${options}`))?.claims;
    expect(claims).toMatchObject({ email: account, aud: "https://a.run.app" });
    const token = await gcloud(`auth print-access-token --impersonate-service-account=${account}`);
    expect(await emailIn(token)).toBe(account);
    const hers = gcloud(`auth print-access-token --impersonate-service-account=${account}`, { as: "jane@example.com" });
    await expect(hers).rejects.toThrow("iam.serviceAccounts.getAccessToken");
  }, 120_000);

  it("is an account's whose key it activates", async () => {
    await gcloud(`auth activate-service-account --key-file=${folder}/key.json`, { without: files });
    expect(await emailIn(await gcloud("auth print-access-token", { without: files }))).toBe(account);
    const identity = await gcloud("auth print-identity-token --audiences=https://a.run.app", { without: files });
    expect(parseJwt(identity)?.claims).toMatchObject({ email: account, aud: "https://a.run.app" });
    const refused = gcloud(`projects describe ${testProject}`, { without: files });
    await expect(refused).rejects.toThrow("resourcemanager.projects.get");
  }, 120_000);

  it("shows roles, and what can be granted", async () => {
    const role = JSON.parse(await gcloud("iam roles describe roles/run.invoker --format=json")) as object;
    expect(role).toMatchObject({ includedPermissions: expect.arrayContaining(["run.routes.invoke"]) });
    const project = `//cloudresourcemanager.googleapis.com/projects/${testProject}`;
    expect(await gcloud(`iam list-grantable-roles ${project} --format=value(name)`)).toContain("roles/alloydb.client");
    expect(await gcloud(`iam list-testable-permissions ${project} --format=value(name)`)).toContain("run.jobs.run");
  }, 120_000);
});
