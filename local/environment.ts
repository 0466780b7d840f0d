import { chmodSync, writeFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { Authority } from "./certificate.ts";
import type { Cloud } from "./cloud.ts";

/** Files that clients read to reach and to trust the local cloud. */
export interface ClientFiles {
  /** The local authority's certificate alone. */
  readonly authority: string;
  /** The usual roots and the local authority's. */
  readonly roots: string;
}

/** Writes the files into the local cloud's directory. */
export function writeClientFiles(directory: string, authority: Authority): ClientFiles {
  const files = {
    authority: `${directory}/authority.pem`,
    roots: `${directory}/roots.pem`,
  };
  writeFileSync(files.authority, authority.certificate);
  writeFileSync(files.roots, `${rootCertificates.join("\n")}\n${authority.certificate}`);
  for (const file of [files.authority, files.roots]) chmodSync(file, 0o644);
  return files;
}

/** Hosts that no proxy must be asked for. */
const direct = "127.0.0.1,localhost,metadata.google.internal,169.254.169.254";

/** Makes `Cloud.environment` for a port, which is known only once it listens. */
export function createEnvironment(port: () => number, files: ClientFiles): Cloud["environment"] {
  return ({ metadataHost, project, accessTokenFile, credentialsFile }) => ({
    HTTPS_PROXY: `http://127.0.0.1:${port()}`,
    // grpc-js reads the lower-case names only.
    https_proxy: `http://127.0.0.1:${port()}`,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_EXTRA_CA_CERTS: files.authority,
    NODE_USE_ENV_PROXY: "1",
    SSL_CERT_FILE: files.roots,
    REQUESTS_CA_BUNDLE: files.roots,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: files.roots,
    CLOUDSDK_PROXY_TYPE: "http",
    CLOUDSDK_PROXY_ADDRESS: "127.0.0.1",
    CLOUDSDK_PROXY_PORT: String(port()),
    CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: files.roots,
    ...(accessTokenFile ? { CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: accessTokenFile } : {}),
    // For ID tokens, which gcloud makes of these and not of an access token: it takes the file above while that is named.
    ...(credentialsFile ? { CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: credentialsFile } : {}),
    ...(credentialsFile ? { GOOGLE_APPLICATION_CREDENTIALS: credentialsFile } : {}),
    CLOUDSDK_CORE_PROJECT: project,
    GCE_METADATA_HOST: metadataHost,
    METADATA_SERVER_DETECTION: "assume-present",
    GOOGLE_CLOUD_PROJECT: project,
  });
}
