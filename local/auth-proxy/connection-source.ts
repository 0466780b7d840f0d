import { generateKeyPair, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import type { AdminApi, ClientCertificate, ConnectionInfo } from "./admin-api.ts";
import type { InstanceOptions } from "./options.ts";

/** All that a connection to an instance takes, for as long as the certificate is valid. */
export interface Connection {
  /** IP address or name to dial, which the server's certificate must list. */
  readonly host: string;
  readonly caCert: string;
  readonly certificateChain: readonly string[];
  /** PEM of the private key behind the certificate. */
  readonly privateKey: string;
}

/** Gives what a connection takes, asking the API no more often than needed. */
export interface ConnectionSource {
  connection(): Promise<Connection>;
  /** Makes the next connection ask the API again, after one that was given did not work. */
  invalidate(): void;
  /** Ends refreshing in the background. */
  close(): void;
}

/** A PEM key pair as the API takes it. */
export interface RsaKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A certificate is replaced this long before it ends. */
const refreshBufferMs = 4 * 60_000;

const generate = promisify(generateKeyPair);

/** Makes the key whose certificates the proxy uses: RSA of 2048 bits, the public half in PKCS#1. */
export function createRsaKeys(): Promise<RsaKeys> {
  const publicKeyEncoding = { type: "pkcs1", format: "pem" } as const;
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  return generate("rsa", { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding });
}

/** What a source is made from. */
export interface ConnectionSourceOptions {
  readonly api: AdminApi;
  readonly instance: InstanceOptions;
  readonly keys: () => Promise<RsaKeys>;
  /** Whether the API is asked only when a connection is wanted, rather than ahead of time. */
  readonly lazy: boolean;
}

/** Keeps one instance's connection fresh. */
export function createConnectionSource({ api, instance, keys, lazy }: ConnectionSourceOptions): ConnectionSource {
  let current: Promise<Connection> | undefined;
  let refreshAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function refresh(): Promise<Connection> {
    const { publicKey, privateKey } = await keys();
    const cluster = instance.name.slice(0, instance.name.lastIndexOf("/instances/"));
    const [info, certificate] = await Promise.all([
      api.connectionInfo(instance.name),
      api.generateClientCertificate(cluster, publicKey),
    ]);
    refreshAt = validUntil(certificate) - refreshBufferMs;
    if (!lazy && !isClosed) schedule();
    return toConnection({ info, certificate, privateKey, instance });
  }

  function start(): Promise<Connection> {
    clearTimeout(timer);
    refreshAt = Number.POSITIVE_INFINITY;
    const attempt = refresh();
    current = attempt;
    attempt.catch(() => {
      if (current === attempt) current = undefined;
    });
    return attempt;
  }

  function schedule(): void {
    timer = setTimeout(() => void start().catch(() => undefined), Math.max(0, refreshAt - Date.now()));
    timer.unref();
  }

  // The first one that wants a connection hears of a failure; here there is nobody yet.
  if (!lazy) start().catch(() => undefined);
  return {
    connection: () => (current !== undefined && Date.now() < refreshAt ? current : start()),
    invalidate() {
      current = undefined;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** The content of a `--static-connection-info` file. */
interface StaticInfo {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly [instance: string]: unknown;
}

/** Takes what a connection needs from a file instead of from the API. */
export function staticConnectionSource(json: string, instance: InstanceOptions): ConnectionSource {
  const content: StaticInfo = JSON.parse(json);
  const entry = content[instance.name] as (ConnectionInfo & ClientCertificate) | undefined;
  if (!entry) throw new Error(`unknown instance: ${instance.name} is not in the static connection info`);
  const { privateKey } = content;
  return {
    connection: async () => toConnection({ info: entry, certificate: entry, privateKey, instance }),
    invalidate: () => undefined,
    close: () => undefined,
  };
}

interface Parts {
  readonly info: ConnectionInfo;
  readonly certificate: ClientCertificate;
  readonly privateKey: string;
  readonly instance: InstanceOptions;
}

function toConnection({ info, certificate, privateKey, instance }: Parts): Connection {
  const hosts = { PRIVATE: info.ipAddress, PUBLIC: info.publicIpAddress, PSC: info.pscDnsName };
  const host = hosts[instance.ipType];
  if (!host) throw new Error(`instance does not have an address of type ${instance.ipType}`);
  return { host, caCert: certificate.caCert, certificateChain: certificate.pemCertificateChain, privateKey };
}

function validUntil({ pemCertificateChain: [leaf = ""] }: ClientCertificate): number {
  return new X509Certificate(leaf).validToDate.getTime();
}
