import { verify } from "node:crypto";
import type { Collection, Store } from "../store.ts";
import { certify } from "./key-certificate.ts";
import type { Principal } from "./principal.ts";
import { createRsaKey, type Jwt, parseJwt } from "./rsa-key.ts";

/** A key of a service account, in `iam.serviceAccountKeys` by `{unique id of the account}/{key id}`. */
export interface AccountKey {
  readonly keyId: string;
  readonly kind: "SYSTEM_MANAGED" | "USER_MANAGED";
  readonly origin: "GOOGLE_PROVIDED" | "USER_PROVIDED";
  readonly publicKey: string;
  /** PEM of the key's own certificate, unless the user sent just the key. */
  readonly certificate?: string;
  /** Google keeps only the private keys that it manages. */
  readonly privateKey?: string;
  /** Wall times in milliseconds; keys go with tokens, which carry wall time. */
  readonly validAfter: number;
  readonly validBefore: number;
  readonly disabled?: boolean;
}

/** Whose key it is. */
export interface KeyOwner {
  readonly email: string;
  readonly uniqueId: string;
}

/** Bytes with an RSA signature over their SHA-256. */
export interface SignedBytes {
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

type ServiceAccountPrincipal = Extract<Principal, { kind: "serviceAccount" }>;

/** The keys of service accounts. */
export interface AccountKeys {
  get(owner: KeyOwner, keyId: string): AccountKey | undefined;
  list(owner: KeyOwner): readonly AccountKey[];
  put(owner: KeyOwner, key: AccountKey): AccountKey;
  delete(owner: KeyOwner, keyId: string): void;
  /** The key that Google manages for the account and signs with; made when it is first needed. */
  managed(owner: KeyOwner): AccountKey & { readonly privateKey: string };
  /** Whether one of the account's keys that count made the signature. */
  isSignedBy(owner: KeyOwner, signed: SignedBytes): boolean;
  /** Whose key signed a token: by its `iss` and `kid`. `undefined` when none that counts did. */
  signerOf(token: string): { readonly jwt: Jwt; readonly principal: ServiceAccountPrincipal } | undefined;
}

const day = 24 * 3600 * 1000;

/** Google replaces the keys that it manages before they have served this long. */
const managedLifetime = 2 * 365 * day;

/** Opens the keys of a local cloud's service accounts. */
export function openAccountKeys(store: Store): AccountKeys {
  const keys: Collection<AccountKey> = store.collection("iam.serviceAccountKeys");
  const accounts: Collection<KeyOwner> = store.collection("iam.serviceAccounts");
  const list = ({ uniqueId }: KeyOwner) => keys.list(`${uniqueId}/`).map(([, key]) => key);

  function counting(owner: KeyOwner, keyId: unknown): readonly AccountKey[] {
    const now = Date.now();
    return list(owner).filter(
      (key) =>
        (keyId === undefined || key.keyId === keyId) && !key.disabled && key.validAfter <= now && now < key.validBefore,
    );
  }

  return {
    list,
    get: ({ uniqueId }, keyId) => keys.get(`${uniqueId}/${keyId}`),
    put: ({ uniqueId }, key) => keys.put(`${uniqueId}/${key.keyId}`, key),
    delete: ({ uniqueId }, keyId) => void keys.delete(`${uniqueId}/${keyId}`),
    managed(owner) {
      const found = list(owner).find(({ kind, validBefore }) => kind === "SYSTEM_MANAGED" && validBefore > Date.now());
      if (found?.privateKey) return { ...found, privateKey: found.privateKey };
      const { createTime, ...made } = createRsaKey();
      const times = { validAfter: createTime, validBefore: createTime + managedLifetime };
      const key = { ...made, ...times, kind: "SYSTEM_MANAGED", origin: "GOOGLE_PROVIDED" } as const;
      keys.put(`${owner.uniqueId}/${key.keyId}`, key);
      return key;
    },
    isSignedBy: (owner, { bytes, signature }) =>
      counting(owner, undefined).some(({ publicKey }) => verify("RSA-SHA256", bytes, publicKey, signature)),
    signerOf(token) {
      const jwt = parseJwt(token);
      const account = jwt && accounts.get(String(jwt.claims.iss));
      if (!jwt || !account) return undefined;
      if (!counting(account, jwt.header.kid).some(({ publicKey }) => jwt.isSignedBy(publicKey))) return undefined;
      return { jwt, principal: { kind: "serviceAccount", email: account.email, uniqueId: account.uniqueId } };
    },
  };
}

/** PEM of the certificate of an account's key; of a key that a user sent bare there is none. */
export async function certificateOf({ uniqueId }: KeyOwner, key: AccountKey): Promise<string | undefined> {
  const { privateKey, validAfter, validBefore } = key;
  if (key.certificate !== undefined || privateKey === undefined) return key.certificate;
  return certify({ ...key, privateKey }, { commonName: uniqueId, notBefore: validAfter, notAfter: validBefore });
}
