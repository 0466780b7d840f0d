import type { RsaKey } from "../access/rsa-key.ts";
import type { JsonObject } from "../json.ts";
import type { StoredServiceAccount } from "./service-account.ts";

/**
 * The file with which a service account's key is used, as client libraries and gcloud read it.
 *
 * @see https://cloud.google.com/iam/docs/keys-create-delete
 */
export function credentialsFile(
  { projectId, email, uniqueId }: StoredServiceAccount,
  { keyId, privateKey }: Pick<RsaKey, "keyId" | "privateKey">,
): JsonObject {
  return {
    type: "service_account",
    project_id: projectId,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: uniqueId,
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: "https://oauth2.googleapis.com/token",
    auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(email)}`,
    universe_domain: "googleapis.com",
  };
}
