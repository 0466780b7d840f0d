import type { AuthClient } from "google-auth-library";
import type { Options } from "./options.ts";

/** The two calls that a connector makes, and the token that it shows the instance. */
export interface AdminApi {
  connectionInfo(instance: string): Promise<ConnectionInfo>;
  generateClientCertificate(cluster: string, publicKey: string): Promise<ClientCertificate>;
  accessToken(): Promise<string>;
}

/** Where an instance is found. */
export interface ConnectionInfo {
  readonly ipAddress?: string;
  readonly publicIpAddress?: string;
  readonly pscDnsName?: string;
}

/** A certificate for a key, with the authorities behind it. */
export interface ClientCertificate {
  /** PEM of the authority behind the instance's certificate. */
  readonly caCert: string;
  /** Leaf, intermediate, root. */
  readonly pemCertificateChain: readonly string[];
}

const scope = "https://www.googleapis.com/auth/cloud-platform";
const certificateDuration = "3600s";
const timeoutMs = 60_000;

/**
 * The AlloyDB Admin API under the credentials that the options name, or else the environment's own. It follows the
 * proxy, trust and metadata variables of its environment.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1alpha/projects.locations.clusters.instances/getConnectionInfo
 */
export function createAdminApi(options: Options): AdminApi {
  const endpoint = options.text("alloydbadmin-api-endpoint").replace(/\/$/, "");
  const client = createClient(options);
  const request = async <T>(method: "GET" | "POST", path: string, body?: object): Promise<T> => {
    const url = `${endpoint}/v1alpha/${path}`;
    const { data } = await (await client()).request<T>({ url, method, data: body, timeout: timeoutMs });
    return data;
  };
  return {
    connectionInfo: (instance) => request("GET", `${instance}/connectionInfo`),
    generateClientCertificate: (cluster, publicKey) =>
      request("POST", `${cluster}:generateClientCertificate`, {
        publicKey,
        certDuration: certificateDuration,
        useMetadataExchange: true,
      }),
    async accessToken() {
      const { token } = await (await client()).getAccessToken();
      if (!token) throw new Error("the credentials give no access token");
      return token;
    },
  };
}

/** Credentials are looked for when they are first needed: the proxy listens before it asks anybody anything. */
function createClient(options: Options): () => Promise<AuthClient> {
  let found: Promise<AuthClient> | undefined;
  return () => {
    found ??= findClient(options);
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
}

/** The library is loaded when it is needed, which takes as long as all the rest of the start. */
async function findClient(options: Options): Promise<AuthClient> {
  const { GoogleAuth, OAuth2Client } = await import("google-auth-library");
  const token = options.text("token");
  if (token) {
    const client = new OAuth2Client();
    client.setCredentials({ access_token: token });
    return client;
  }
  const json = options.text("json-credentials");
  const keyFilename = options.text("credentials-file");
  const source = json ? { credentials: JSON.parse(json) } : keyFilename ? { keyFilename } : {};
  return await new GoogleAuth({ scopes: scope, ...source }).getClient();
}
