import "reflect-metadata";
import { createPrivateKey, createPublicKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { KeyPair } from "../certificate.ts";

/** A certificate authority. Its private key is on no disk unless the cloud's state is kept. */
export interface Issuer {
  /** PEM of its private key and its own certificate: what `openIssuer` makes it from again. */
  readonly keys: KeyPair;
  /** PEM of the authority's own certificate. */
  readonly certificate: string;
  /** A fresh key and a TLS server's certificate for IP addresses; the chain ends below this authority. */
  issueServer(addresses: readonly string[]): Promise<KeyPair>;
  /** A fresh key and a TLS client's certificate. */
  issueClient(commonName: string): Promise<KeyPair>;
  /** A TLS client's certificate for a key that somebody else holds. */
  certifyClient(request: ClientCertificateRequest): Promise<string>;
  /** Another authority below this one. */
  issueAuthority(commonName: string): Promise<Issuer>;
}

/** Whose key becomes a client certificate, and for how long. */
interface ClientCertificateRequest {
  /** PEM, either `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1). */
  readonly publicKey: string;
  readonly commonName: string;
  readonly durationSeconds: number;
}

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" } as const;
const yearSeconds = 365 * 24 * 3600;

x509.cryptoProvider.set(webcrypto as webcrypto.Crypto);

/** Makes a root authority. */
export async function createIssuer(commonName: string): Promise<Issuer> {
  const keys = await createKeys();
  const subject = `CN=${commonName}`;
  const certificate = await certify({
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    durationSeconds: 10 * yearSeconds,
    extensions: authorityExtensions(),
  });
  return issuer({ subject, certificate, signingKey: keys.privateKey });
}

/** Makes an authority again from its `keys`. */
export async function openIssuer({ key, certificate }: KeyPair): Promise<Issuer> {
  const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  const signingKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, keyAlgorithm, true, ["sign"]);
  return issuer({ subject: new x509.X509Certificate(certificate).subject, certificate, signingKey });
}

interface Authority {
  readonly subject: string;
  readonly certificate: string;
  readonly signingKey: webcrypto.CryptoKey;
}

function issuer({ subject, certificate, signingKey }: Authority): Issuer {
  const sign = (request: Pick<Certificate, "subject" | "publicKey" | "durationSeconds" | "extensions">) =>
    certify({ ...request, issuer: subject, signingKey });
  return {
    certificate,
    keys: { key: toPem(signingKey), certificate },
    async issueServer(addresses) {
      const keys = await createKeys();
      const chain = await sign({
        subject: `CN=${addresses[0]}`,
        publicKey: keys.publicKey,
        durationSeconds: yearSeconds,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(addresses.map((value) => ({ type: "ip", value }))),
        ],
      });
      return { key: toPem(keys.privateKey), certificate: chain };
    },
    async issueClient(commonName) {
      const keys = await createKeys();
      const extensions = clientExtensions();
      const subjectName = `CN=${commonName}`;
      const request = { subject: subjectName, publicKey: keys.publicKey, durationSeconds: yearSeconds, extensions };
      return { key: toPem(keys.privateKey), certificate: await sign(request) };
    },
    async certifyClient({ publicKey, commonName, durationSeconds }) {
      const subjectKey = await importPublicKey(publicKey);
      const extensions = clientExtensions();
      return sign({ subject: `CN=${commonName}`, publicKey: subjectKey, durationSeconds, extensions });
    },
    async issueAuthority(commonName) {
      const keys = await createKeys();
      const below = `CN=${commonName}`;
      const request = { subject: below, publicKey: keys.publicKey, durationSeconds: 5 * yearSeconds };
      const own = await sign({ ...request, extensions: authorityExtensions() });
      return issuer({ subject: below, certificate: own, signingKey: keys.privateKey });
    },
  };
}

interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signingKey: webcrypto.CryptoKey;
  readonly durationSeconds: number;
  readonly extensions: x509.Extension[];
}

/** Certificates carry wall time, and begin a little in the past for peers whose clock is behind. */
async function certify({ subject, publicKey, signingKey, extensions, ...rest }: Certificate): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(8).toString("hex")}`,
    subject,
    issuer: rest.issuer,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + rest.durationSeconds * 1000),
    signingAlgorithm,
    publicKey,
    signingKey,
    extensions,
  });
  return `${certificate.toString("pem")}\n`;
}

function authorityExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

function clientExtensions(): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ];
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

function importPublicKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPublicKey(pem);
  const algorithm = key.asymmetricKeyType === "ec" ? keyAlgorithm : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const spki = key.export({ type: "spki", format: "der" });
  return webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]);
}

function toPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
}
