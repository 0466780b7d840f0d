import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { GoogleAuth } from "google-auth-library";

/**
 * Runs as a program of its own with nothing but the environment that the local cloud gives: official clients without a
 * single option. Prints what they were answered.
 */
const parent = "projects/test-project";
const name = `${parent}/secrets/by-grpc`;
const client = new SecretManagerServiceClient();

const [created] = await client.createSecret({
  parent,
  secretId: "by-grpc",
  secret: { replication: { automatic: {} }, labels: { a: "b" }, versionAliases: { x: 3 }, ttl: { seconds: 7200 } },
});
const [found] = await client.getSecret({ name });
const refused: unknown = await client.createSecret({ parent, secret: {} }).catch((error: unknown) => error);
const missing: unknown = await client.getSecret({ name: `${parent}/secrets/none` }).catch((error: unknown) => error);
await client.close();

const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
const overRest = await auth.fetch(`https://secretmanager.googleapis.com/v1/${name}`);
const plain = await fetch(`https://secretmanager.googleapis.com/v1/${name}`, {
  headers: { authorization: "Bearer owner" },
});
const idClient = await auth.getIdTokenClient("https://service.run.app");
const headers = await idClient.getRequestHeaders();

process.stdout.write(
  JSON.stringify({
    created: { name: created.name, versionAliases: created.versionAliases, hasTime: created.createTime !== null },
    found: { labels: found.labels, replication: found.replication },
    refused: grpcError(refused),
    missing: grpcError(missing),
    overRest: overRest.data,
    plain: plain.status,
    idToken: headers.get("authorization")?.split(".").length,
  }),
);

function grpcError(error: unknown): object {
  const { code, details, statusDetails } = error as { code?: number; details?: string; statusDetails?: unknown };
  return { code, details, statusDetails };
}
