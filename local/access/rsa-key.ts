import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { isJsonObject, type JsonObject } from "../json.ts";

/** An RSA key as the store keeps it, PEM texts. */
export interface RsaKey {
  /** 40 hexadecimal digits, as in the `kid` of what it signs. */
  readonly keyId: string;
  readonly publicKey: string;
  readonly privateKey: string;
  /** Wall time in milliseconds. */
  readonly createTime: number;
}

/** Makes a key of 2048 bits; takes about a tenth of a second. */
export function createRsaKey(): RsaKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { keyId: randomBytes(20).toString("hex"), publicKey, privateKey, createTime: Date.now() };
}

/** A JSON Web Token signed with RS256. */
export function signJwt({ keyId, privateKey }: Pick<RsaKey, "keyId" | "privateKey">, payload: JsonObject | string) {
  const encode = (text: string) => Buffer.from(text).toString("base64url");
  const claims = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signed = `${encode(JSON.stringify({ alg: "RS256", kid: keyId, typ: "JWT" }))}.${encode(claims)}`;
  return `${signed}.${signBytes(privateKey, Buffer.from(signed)).toString("base64url")}`;
}

/** An RSA signature over SHA-256. */
export function signBytes(privateKey: string, bytes: Buffer): Buffer {
  return sign("RSA-SHA256", bytes, privateKey);
}

/** A JSON Web Token taken apart. */
export interface Jwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** Whether it was signed with RS256 by the key of that PEM. */
  isSignedBy(publicKey: string): boolean;
}

/** Takes a JSON Web Token apart; `undefined` for any other text. */
export function parseJwt(text: string): Jwt | undefined {
  const [head = "", payload = "", signature, ...rest] = text.split(".");
  const [header, claims] = [parsePart(head), parsePart(payload)];
  if (!header || !claims || signature === undefined || rest.length > 0) return undefined;
  return {
    header,
    claims,
    isSignedBy: (publicKey) =>
      header.alg === "RS256" &&
      verify("RSA-SHA256", Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature, "base64url")),
  };
}

function parsePart(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A public key as a member of a JSON Web Key Set. */
export function toJwk({ keyId, publicKey }: Pick<RsaKey, "keyId" | "publicKey">): JsonObject {
  const { kty, n, e } = createPublicKey(publicKey).export({ format: "jwk" });
  return { kty, n, e, kid: keyId, alg: "RS256", use: "sig" };
}
