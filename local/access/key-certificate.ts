import "reflect-metadata";
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { RsaKey } from "./rsa-key.ts";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/** What a certificate of a key says. */
export interface KeyCertificateSubject {
  readonly commonName: string;
  /** Wall times in milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The key's own certificate, PEM: the form in which Google publishes the keys of accounts and of its token issuer. */
export async function certify(
  key: Pick<RsaKey, "keyId" | "publicKey" | "privateKey">,
  { commonName, notBefore, notAfter }: KeyCertificateSubject,
): Promise<string> {
  const { subtle } = webcrypto;
  const spki = createPublicKey(key.publicKey).export({ type: "spki", format: "der" });
  const pkcs8 = createPrivateKey(key.privateKey).export({ type: "pkcs8", format: "der" });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `01${key.keyId.slice(0, 30)}`,
      name: [{ CN: [commonName.slice(0, 64)] }],
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      signingAlgorithm: algorithm,
      keys: {
        publicKey: await subtle.importKey("spki", spki, algorithm, true, ["verify"]),
        privateKey: await subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
      },
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth], true),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString("pem").trim()}\n`;
}
