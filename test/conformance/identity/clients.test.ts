import { execFile } from "node:child_process";
import { verify, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import { createIamCredentials } from "../../../local/iamcredentials/iam-credentials.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
const emailOf = (id: string) => `${id}@${testProject}.iam.gserviceaccount.com`;
const [holder, target] = [emailOf("key-holder"), emailOf("target-account")];
let local: LocalCloud;
let answered: Record<string, unknown>;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam, createIamCredentials, createResourceManager, createSecretManager] });
  for (const accountId of ["key-holder", "target-account"]) {
    await rest(local, `POST ${accounts}`, { body: { accountId } });
  }
  await local.cloud.clock.advance(120_000);
  const secret = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
  await rest(local, `POST ${secret}?secretId=s`, { body: { replication: { automatic: {} } } });
  const allow = (address: string, role: string) =>
    rest(local, `POST ${address}:setIamPolicy`, {
      body: { policy: { bindings: [{ role, members: [`serviceAccount:${holder}`] }] } },
    });
  await allow(`${secret}/s`, "roles/secretmanager.viewer");
  await allow(`${accounts}/${target}`, "roles/iam.serviceAccountTokenCreator");
  await local.cloud.clock.advance(600_000);
  const { body } = await rest(local, `POST ${accounts}/${holder}/keys`, { body: {} });
  await using folder = await temporaryFolder();
  const keyFile = join(folder.path, "key.json");
  writeFileSync(keyFile, Buffer.from(String(body.privateKeyData), "base64"));
  const program = fileURLToPath(new URL("./clients.ts", import.meta.url));
  const env = { PATH: process.env.PATH ?? "", ...(await local.environment({ as: "jane@example.com" })) };
  const args = [program, keyFile, target, `projects/${testProject}/secrets/s`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  answered = JSON.parse(stdout) as Record<string, unknown>;
}, 120_000);
afterAll(() => local.stop());

describe("google-auth-library", () => {
  it("takes the credentials file of the environment for the person's", () => {
    expect(answered.person).toBe("jane@example.com");
  });

  it("gets tokens by an account's key", () => {
    expect(answered.account).toBe(holder);
    expect(answered.accountIdToken).toMatchObject({ email: holder, aud: "https://service.example.run.app" });
    expect(answered.wrongAudience).toMatch(/^Wrong recipient/);
  });

  it("calls an API over gRPC with what the key itself has signed", () => {
    expect(answered.overGrpc).toMatch(/secrets\/s$/);
    const calls = local.journal.list().filter(({ method }) => method.endsWith(".GetSecret"));
    expect(calls).toMatchObject([{ principal: holder, code: "OK" }]);
  });

  it("borrows an account for which it may create tokens", () => {
    expect(answered.borrowed).toBe(target);
    expect(answered.borrowedIdToken).toMatchObject({ email: target, email_verified: true });
    expect(answered.silentEmail).toBeNull();
  });

  it("signs with the key that Google manages, which is published", async () => {
    const { keyId, signedBlob } = answered.signature as Record<string, string>;
    const { body } = await rest(local, `GET www.googleapis.com/robot/v1/metadata/x509/${target}`);
    const { publicKey } = new X509Certificate(String(body[keyId ?? ""]));
    const signature = Buffer.from(signedBlob ?? "", "base64");
    expect(verify("RSA-SHA256", Buffer.from("to be signed"), publicKey, signature)).toBe(true);
  });
});
