import "reflect-metadata";
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate authority of the local cloud. */
export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly certificate: string;
  /** A fresh key and a certificate (leaf first, then this authority) for TLS servers. */
  issueServer(names: { readonly hosts?: readonly string[]; readonly addresses?: readonly string[] }): Promise<KeyPair>;
  /** A client-authentication certificate for a key that somebody else holds. */
  issueClient(request: {
    /** PEM, either `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1). */
    readonly publicKey: string;
    readonly commonName: string;
    readonly durationSeconds: number;
  }): Promise<string>;
}

/** PEM texts of a private key and the certificate chain that goes with it. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 3600 * 1000;

/** Makes a new authority; its own certificate is valid for ten years of wall time. */
export async function createAuthority(): Promise<Authority> {
  return await openAuthority(await createAuthorityKeys());
}

/** The key and certificate of a new authority, for `openAuthority`. */
export async function createAuthorityKeys(commonName = "alloyrun local Google Cloud"): Promise<KeyPair> {
  const keys = await generateKeys();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${commonName}`,
    ...validity(3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { key: await privatePem(keys.privateKey), certificate: pem(own) };
}

/** The authority that a key and its certificate make. */
export async function openAuthority({ key, certificate }: KeyPair): Promise<Authority> {
  const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  const signingKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  const issuer = new x509.X509Certificate(certificate).subject;

  function issue(subject: Pick<x509.X509CertificateCreateParams, "publicKey" | "subject" | "extensions" | "notAfter">) {
    return x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      issuer,
      ...validity(365 * day),
      signingAlgorithm: algorithm,
      signingKey,
      ...subject,
    });
  }

  return {
    certificate,
    async issueServer({ hosts = [], addresses = [] }) {
      const leaf = await generateKeys();
      const names = [
        ...hosts.map((value) => ({ type: "dns" as const, value })),
        ...addresses.map((value) => ({ type: "ip" as const, value })),
      ];
      const issued = await issue({
        publicKey: leaf.publicKey,
        subject: [{ CN: [(hosts[0] ?? addresses[0] ?? "localhost").slice(0, 64)] }],
        extensions: [
          new x509.SubjectAlternativeNameExtension(names),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        ],
      });
      return { key: await privatePem(leaf.privateKey), certificate: `${pem(issued)}${certificate}` };
    },
    async issueClient({ publicKey, commonName: name, durationSeconds }) {
      const issued = await issue({
        publicKey: new x509.PublicKey(createPublicKey(publicKey).export({ type: "spki", format: "der" })),
        subject: [{ CN: [name.slice(0, 64)] }],
        notAfter: new Date(Date.now() + durationSeconds * 1000),
        extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      });
      return pem(issued);
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

/** From an hour ago, so that a client whose clock is behind accepts it too. */
function validity(ms: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3600 * 1000), notAfter: new Date(Date.now() + ms) };
}

/** A positive serial number. */
function serial(): string {
  return `01${randomBytes(15).toString("hex")}`;
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replace(/(.{64})/g, "$1\n").trim()}\n-----END PRIVATE KEY-----\n`;
}
