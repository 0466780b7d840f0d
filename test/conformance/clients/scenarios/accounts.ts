import { generateKeyPairSync } from "node:crypto";
import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import type { Actor, Scenario } from "../actor.ts";
import { project } from "../kind.ts";

const iam = (method: string) => `google.iam.admin.v1.IAM.${method}`;
const credentials = (method: string) => `google.iam.credentials.v1.IAMCredentials.${method}`;

/** Longer than an account or a grant takes to be seen. */
const propagationMs = 600_000;

async function create({ do: call, local }: Actor, accountId: string): Promise<JsonObject & { readonly name: string }> {
  const made = await call(iam("CreateServiceAccount"), { name: project, accountId });
  await local.cloud.clock.advance(propagationMs);
  return { ...made, name: `${project}/serviceAccounts/${accountId}@${testProject}.iam.gserviceaccount.com` };
}

const accounts: Scenario = {
  title: "service accounts: get, patch, update, disable, enable, delete and undelete",
  async run(actor) {
    const { do: call, stem } = actor;
    const { name, uniqueId } = await create(actor, `life-${stem}`);
    await call(iam("GetServiceAccount"), { name }, { name });
    const serviceAccount = { name, displayName: "Patched" };
    await call(iam("PatchServiceAccount"), { serviceAccount, updateMask: "displayName" }, { displayName: "Patched" });
    await call(iam("UpdateServiceAccount"), { name, description: "Updated" }, { description: "Updated" });
    await call(iam("DisableServiceAccount"), { name });
    await call(iam("GetServiceAccount"), { name }, { disabled: true });
    await call(iam("EnableServiceAccount"), { name });
    expect(await call(iam("GetServiceAccount"), { name })).not.toHaveProperty("disabled");
    await call(iam("DeleteServiceAccount"), { name });
    const restoredAccount = { name, uniqueId: uniqueId ?? "" };
    const deleted = `${project}/serviceAccounts/${uniqueId}`;
    await call(iam("UndeleteServiceAccount"), { name: deleted }, { restoredAccount });
  },
};

const keys: Scenario = {
  title: "keys of service accounts: create, upload, get, list, disable, enable, delete",
  async run(actor) {
    const { do: call, stem } = actor;
    const { name } = await create(actor, `keys-${stem}`);
    const made = await call(iam("CreateServiceAccountKey"), { name }, { keyOrigin: "GOOGLE_PROVIDED" });
    const key = { name: made.name ?? "" };
    await call(iam("GetServiceAccountKey"), { ...key, publicKeyType: "TYPE_X509_PEM_FILE" }, key);
    await call(iam("DisableServiceAccountKey"), key);
    await call(iam("GetServiceAccountKey"), key, { disabled: true });
    await call(iam("EnableServiceAccountKey"), key);
    const publicKeyData = Buffer.from(publicKey()).toString("base64");
    const uploaded = await call(
      iam("UploadServiceAccountKey"),
      { name, publicKeyData },
      { keyOrigin: "USER_PROVIDED" },
    );
    const listed = await call(iam("ListServiceAccountKeys"), { name, keyTypes: ["USER_MANAGED"] });
    const names = (listed.keys as readonly JsonObject[]).map((one) => one.name);
    expect(new Set(names)).toEqual(new Set([made.name, uploaded.name]));
    await call(iam("DeleteServiceAccountKey"), key);
  },
};

function publicKey(): string {
  const { publicKey: made } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return made.export({ type: "spki", format: "pem" }).toString();
}

const tokens: Scenario = {
  title: "credentials of service accounts: tokens and signatures",
  async run(actor) {
    const { do: call, stem } = actor;
    const { name } = await create(actor, `signs-${stem}`);
    const jwt = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as never;
    const text = expect.stringMatching(/\S/) as never;
    const data = Buffer.from("sign me").toString("base64");
    const payload = JSON.stringify({ sub: "somebody" });
    await call(iam("SignBlob"), { name, bytesToSign: data }, { keyId: text, signature: text });
    await call(iam("SignJwt"), { name, payload }, { keyId: text, signedJwt: jwt });
    await call(credentials("SignBlob"), { name, payload: data }, { keyId: text, signedBlob: text });
    await call(credentials("SignJwt"), { name, payload }, { keyId: text, signedJwt: jwt });
    const scope = ["https://www.googleapis.com/auth/cloud-platform"];
    await call(credentials("GenerateAccessToken"), { name, scope, lifetime: "600s" }, { accessToken: text });
    await call(credentials("GenerateIdToken"), { name, audience: "https://example.com" }, { token: jwt });
  },
};

/** Service accounts, their keys and what is signed in their name. */
export const accountScenarios: readonly Scenario[] = [accounts, keys, tokens];
