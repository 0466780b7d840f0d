import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { type AccountKey, type AccountKeys, certificateOf, openAccountKeys } from "../access/account-keys.ts";
import { certify } from "../access/key-certificate.ts";
import { createRsaKey, signBytes, signJwt } from "../access/rsa-key.ts";
import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type {
  CreateServiceAccountKeyRequest,
  IamAdminMethods,
  ServiceAccountKey,
  UploadServiceAccountKeyRequest,
} from "../model/generated/iam-admin.ts";
import { unserved } from "../unserved.ts";
import { credentialsFile } from "./credentials-file.ts";
import type { ServiceAccounts, StoredServiceAccount } from "./service-account.ts";
import { demandAccount } from "./service-account-methods.ts";

/** Keys of users that an account may have. */
const quota = 10;

/** When a key that its user manages ends: never. */
const never = Date.parse("9999-12-31T23:59:59Z");

interface Context {
  readonly keys: AccountKeys;
  readonly accounts: ServiceAccounts;
}

/** Methods on the keys of service accounts, and signatures by those that Google manages. */
export function keyMethods({ store }: Cloud, accounts: ServiceAccounts): TypedHandlers<IamAdminMethods> {
  const context: Context = { keys: openAccountKeys(store), accounts };
  const setDisabled = (name: string, disabled: boolean) => {
    const { account, key } = demandKey(context, name);
    context.keys.put(account, { ...key, disabled });
    return {};
  };
  return {
    "google.iam.admin.v1.IAM.ListServiceAccountKeys": ({ name = "", keyTypes = [] }) => {
      const account = demandAccount(accounts, name);
      context.keys.managed(account);
      const shown = context.keys.list(account).filter(({ kind }) => keyTypes.length === 0 || keyTypes.includes(kind));
      return { keys: shown.map((key) => toKey(account, key)) };
    },
    "google.iam.admin.v1.IAM.GetServiceAccountKey": async ({ name = "", publicKeyType }) => {
      const { account, key } = demandKey(context, name);
      const isRaw = publicKeyType === "TYPE_RAW_PUBLIC_KEY";
      const text = isRaw ? key.publicKey : await certificateOf(account, key);
      const isAsked = isRaw || publicKeyType === "TYPE_X509_PEM_FILE";
      return { ...toKey(account, key), ...(isAsked && text ? { publicKeyData: base64(text) } : {}) };
    },
    "google.iam.admin.v1.IAM.CreateServiceAccountKey": (request) => create(context, request),
    "google.iam.admin.v1.IAM.UploadServiceAccountKey": (request) => upload(context, request),
    "google.iam.admin.v1.IAM.DeleteServiceAccountKey": ({ name = "" }) => {
      const { account, key } = demandKey(context, name);
      if (key.kind === "SYSTEM_MANAGED") throw precondition("Keys that Google manages cannot be deleted.");
      context.keys.delete(account, key.keyId);
      return {};
    },
    "google.iam.admin.v1.IAM.DisableServiceAccountKey": ({ name = "" }) => setDisabled(name, true),
    "google.iam.admin.v1.IAM.EnableServiceAccountKey": ({ name = "" }) => setDisabled(name, false),
    "google.iam.admin.v1.IAM.SignBlob": ({ name = "", bytesToSign = "" }) => {
      const { keyId, privateKey } = context.keys.managed(demandAccount(accounts, name));
      return { keyId, signature: signBytes(privateKey, Buffer.from(bytesToSign, "base64")).toString("base64") };
    },
    "google.iam.admin.v1.IAM.SignJwt": ({ name = "", payload = "" }) => {
      const key = context.keys.managed(demandAccount(accounts, name));
      return { keyId: key.keyId, signedJwt: signJwt(key, payload) };
    },
  };
}

function demandKey({ accounts, keys }: Context, name: string): { account: StoredServiceAccount; key: AccountKey } {
  const [parent = "", keyId = ""] = name.split("/keys/");
  const account = demandAccount(accounts, parent);
  const key = keys.get(account, keyId);
  if (key) return { account, key };
  const message = `Service account key ${keyId} does not exist.`;
  throw new ApiError({ code: "NOT_FOUND", message, reason: "notFound" });
}

/** The one time that a private key is told; only the public one is kept. */
async function create(
  context: Context,
  { name = "", privateKeyType = "TYPE_GOOGLE_CREDENTIALS_FILE", keyAlgorithm }: CreateServiceAccountKeyRequest,
): Promise<ServiceAccountKey> {
  const account = demandAccount(context.accounts, name);
  if (privateKeyType === "TYPE_PKCS12_FILE" || keyAlgorithm === "KEY_ALG_RSA_1024") {
    const message = `${privateKeyType} with ${keyAlgorithm ?? "KEY_ALG_RSA_2048"} is not made here: credentials files with 2048 bits are.`;
    throw unserved("iam.keyForms", message);
  }
  demandRoom(context, account);
  const made = createRsaKey();
  const times = { validAfter: made.createTime, validBefore: never };
  const subject = { commonName: account.uniqueId, notBefore: made.createTime, notAfter: never };
  const certificate = await certify(made, subject);
  const { keyId, publicKey } = made;
  const key = context.keys.put(account, {
    ...{ keyId, publicKey, certificate, ...times },
    ...{ kind: "USER_MANAGED", origin: "GOOGLE_PROVIDED" },
  });
  const file = JSON.stringify(credentialsFile(account, made), undefined, 2);
  return { ...toKey(account, key), privateKeyType: "TYPE_GOOGLE_CREDENTIALS_FILE", privateKeyData: base64(file) };
}

function upload(
  context: Context,
  { name = "", publicKeyData = "" }: UploadServiceAccountKeyRequest,
): ServiceAccountKey {
  const account = demandAccount(context.accounts, name);
  const sent = readPublicKey(Buffer.from(publicKeyData, "base64").toString());
  const keyId = createHash("sha1").update(sent.publicKey).digest("hex");
  if (context.keys.get(account, keyId)) {
    const message = `Service account key ${keyId} already exists.`;
    throw new ApiError({ code: "ALREADY_EXISTS", message, reason: "alreadyExists" });
  }
  demandRoom(context, account);
  const key = context.keys.put(account, { keyId, ...sent, kind: "USER_MANAGED", origin: "USER_PROVIDED" });
  return toKey(account, key);
}

/** A certificate, or a bare public key; RSA either way. */
function readPublicKey(pem: string): Pick<AccountKey, "publicKey" | "certificate" | "validAfter" | "validBefore"> {
  try {
    const certificate = pem.includes("BEGIN CERTIFICATE") ? new X509Certificate(pem) : undefined;
    const key = certificate?.publicKey ?? createPublicKey(pem);
    if (key.asymmetricKeyType !== "rsa") throw new Error(`keys are RSA, not ${key.asymmetricKeyType}`);
    const publicKey = key.export({ type: "spki", format: "pem" }).toString();
    if (!certificate) return { publicKey, validAfter: Date.now(), validBefore: never };
    const times = { validAfter: Date.parse(certificate.validFrom), validBefore: Date.parse(certificate.validTo) };
    return { publicKey, certificate: pem, ...times };
  } catch (cause) {
    const message = "Invalid public key: a PEM with an RSA public key or its certificate is needed.";
    throw new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest", cause });
  }
}

function demandRoom({ keys }: Context, account: StoredServiceAccount): void {
  const theirs = keys.list(account).filter(({ kind }) => kind === "USER_MANAGED");
  if (theirs.length >= quota) throw precondition("Precondition check failed.");
}

function toKey({ projectId, email }: StoredServiceAccount, key: AccountKey): ServiceAccountKey {
  return {
    name: `projects/${projectId}/serviceAccounts/${email}/keys/${key.keyId}`,
    validAfterTime: seconds(key.validAfter),
    validBeforeTime: seconds(key.validBefore),
    keyAlgorithm: "KEY_ALG_RSA_2048",
    keyOrigin: key.origin,
    keyType: key.kind,
    ...(key.disabled ? { disabled: true } : {}),
  };
}

function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function precondition(message: string): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message, reason: "failedPrecondition" });
}
