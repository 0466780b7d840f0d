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
