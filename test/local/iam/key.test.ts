import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { signJwt } from "../../../local/access/rsa-key.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
const emailOf = (id: string) => `${id}@${testProject}.iam.gserviceaccount.com`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam] });
}, 60_000);
afterAll(() => local.stop());

/** A new account's address. */
async function account(accountId: string): Promise<string> {
  await rest(local, `POST ${accounts}`, { body: { accountId } });
  return `${accounts}/${emailOf(accountId)}`;
}

/** A new key and the file that came with it. */
async function createKey(address: string): Promise<{ key: JsonObject; file: Record<string, string> }> {
  const { body } = await rest(local, `POST ${address}/keys`, { body: {} });
  const file = JSON.parse(Buffer.from(String(body.privateKeyData), "base64").toString()) as Record<string, string>;
  return { key: body, file };
}

const listed = async (address: string, type = "USER_MANAGED") =>
  (await rest(local, `GET ${address}/keys?keyTypes=${type}`)).body.keys as JsonObject[] | undefined;

describe("keys of service accounts", () => {
  it("are told once, in a file that says whose they are", async () => {
    const address = await account("first-account");
    const { key, file } = await createKey(address);
    expect(key).toMatchObject({
      keyOrigin: "GOOGLE_PROVIDED",
      keyType: "USER_MANAGED",
      keyAlgorithm: "KEY_ALG_RSA_2048",
    });
    expect(file).toMatchObject({
      type: "service_account",
      project_id: testProject,
      client_email: emailOf("first-account"),
      private_key_id: String(key.name).split("/").at(-1),
    });
    const read = await rest(local, `GET iam.googleapis.com/v1/${key.name}?publicKeyType=TYPE_RAW_PUBLIC_KEY`);
    expect(JSON.stringify(read.body)).not.toContain("PRIVATE");
    expect(read.body.privateKeyData).toBeUndefined();
    const publicKey = Buffer.from(String(read.body.publicKeyData), "base64").toString();
    const own = createPublicKey(createPrivateKey(file.private_key ?? ""));
    expect(createPublicKey(publicKey).equals(own)).toBe(true);
    const kept = JSON.stringify(local.cloud.store.collection("iam.serviceAccountKeys").list());
    expect(kept).not.toContain(String(file.private_key).slice(60, 120));
  });

  it("are listed by who manages them, disabled, enabled and deleted", async () => {
    const address = await account("second-account");
    const { key } = await createKey(address);
    expect(await listed(address)).toMatchObject([{ name: key.name }]);
    const managed = await listed(address, "SYSTEM_MANAGED");
    expect(managed).toHaveLength(1);
    const at = `iam.googleapis.com/v1/${key.name}`;
    await rest(local, `POST ${at}:disable`, { body: {} });
    expect(await listed(address)).toMatchObject([{ disabled: true }]);
    await rest(local, `POST ${at}:enable`, { body: {} });
    expect((await listed(address))?.[0]?.disabled).toBeUndefined();
    expect((await rest(local, `DELETE ${at}`)).body).toEqual({});
    expect(await listed(address)).toBeUndefined();
    expect((await rest(local, `GET ${at}`)).status).toBe(404);
    const own = await rest(local, `DELETE iam.googleapis.com/v1/${managed?.[0]?.name}`);
    expect(errorOf(own)).toMatchObject({ status: "FAILED_PRECONDITION" });
  });

  it("are at most ten, and of the kinds that are made here", async () => {
    const address = await account("third-account");
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    for (let count = 0; count < 10; count += 1) {
      const pem = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" });
      const publicKeyData = Buffer.from(pem).toString("base64");
      expect((await rest(local, `POST ${address}/keys:upload`, { body: { publicKeyData } })).status).toBe(200);
    }
    expect(publicKey.asymmetricKeyType).toBe("rsa");
    const eleventh = await rest(local, `POST ${address}/keys`, { body: {} });
    expect(errorOf(eleventh)).toMatchObject({ code: 400, status: "FAILED_PRECONDITION" });
    const other = await account("fourth-account");
    const pkcs12 = await rest(local, `POST ${other}/keys`, { body: { privateKeyType: "TYPE_PKCS12_FILE" } });
    expect(pkcs12.status).toBe(501);
    const nonsense = await rest(local, `POST ${other}/keys:upload`, { body: { publicKeyData: "AAAA" } });
    expect(nonsense.status).toBe(400);
  });

  it("are no longer those of an account that was made again", async () => {
    const address = await account("remade-account");
    const { file } = await createKey(address);
    await rest(local, `DELETE ${address}`);
    await account("remade-account");
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: file.client_email, aud: "https://oauth2.googleapis.com/token", iat: now, exp: now + 60 };
    const assertion = signJwt({ keyId: file.private_key_id ?? "", privateKey: file.private_key ?? "" }, claims);
    const body = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
    const answer = await rest(local, "POST oauth2.googleapis.com/token", { as: "", body });
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    expect(await listed(address)).toBeUndefined();
  });
});

describe("signBlob and signJwt", () => {
  it("sign with the key that Google manages", async () => {
    const address = await account("signer-account");
    const bytes = Buffer.from("some bytes");
    const { body } = await rest(local, `POST ${address}:signBlob`, { body: { bytesToSign: bytes.toString("base64") } });
    const [managed] = (await listed(address, "SYSTEM_MANAGED")) ?? [];
    expect(managed?.name).toBe(
      `projects/${testProject}/serviceAccounts/${emailOf("signer-account")}/keys/${body.keyId}`,
    );
    const key = await rest(local, `GET iam.googleapis.com/v1/${managed?.name}?publicKeyType=TYPE_X509_PEM_FILE`);
    const pem = Buffer.from(String(key.body.publicKeyData), "base64").toString();
    expect(verify("RSA-SHA256", bytes, pem, Buffer.from(String(body.signature), "base64"))).toBe(true);
    const jwt = await rest(local, `POST ${address}:signJwt`, { body: { payload: '{"sub":"x"}' } });
    expect(jwt.body).toMatchObject({ keyId: body.keyId, signedJwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
  });
});
