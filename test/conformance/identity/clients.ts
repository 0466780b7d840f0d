import { readFileSync } from "node:fs";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { GoogleAuth, Impersonated, JWT, OAuth2Client, type UserRefreshClient } from "google-auth-library";

/**
 * Runs as a program of its own with nothing but the environment that the local cloud gives: google-auth-library as the
 * person of the environment, with the key of a service account, and as an account for which one may create tokens.
 * Prints what came of it.
 */
const [, , keyFile = "", target = "", secret = ""] = process.argv;
const scope = "https://www.googleapis.com/auth/cloud-platform";
const audience = "https://service.example.run.app";
const key = JSON.parse(readFileSync(keyFile, "utf8")) as Record<
  "client_email" | "private_key" | "private_key_id",
  string
>;
const verifier = new OAuth2Client();

const person = (await new GoogleAuth({ scopes: [scope] }).getClient()) as UserRefreshClient;
const { token: personToken } = await person.getAccessToken();
const personInfo = await verifier.getTokenInfo(personToken ?? "");

const account = new JWT({ email: key.client_email, key: key.private_key, keyId: key.private_key_id, scopes: [scope] });
const { token: accountToken } = await account.getAccessToken();
const accountIdToken = await account.fetchIdToken(audience);

const client = new SecretManagerServiceClient({ credentials: key });
const overGrpc = await client.getSecret({ name: secret }).then(
  ([{ name }]) => name,
  (error: Error) => error.message,
);
await client.close();

const impersonated = new Impersonated({
  sourceClient: account,
  targetPrincipal: target,
  targetScopes: [scope],
  lifetime: 600,
});
const { token: borrowed } = await impersonated.getAccessToken();
const { keyId, signedBlob } = await impersonated.sign("to be signed");
const borrowedIdToken = await impersonated.fetchIdToken(audience, { includeEmail: true });
const silentIdToken = await impersonated.fetchIdToken(audience, { includeEmail: false });

const payloadOf = async (idToken: string, wanted = audience) =>
  (await verifier.verifyIdToken({ idToken, audience: wanted })).getPayload();
const wrongAudience = await payloadOf(accountIdToken, "https://other.example.com").catch(
  (error: Error) => error.message,
);

process.stdout.write(
  JSON.stringify({
    person: personInfo.email,
    account: (await verifier.getTokenInfo(accountToken ?? "")).email,
    accountIdToken: await payloadOf(accountIdToken),
    wrongAudience,
    overGrpc,
    borrowed: (await verifier.getTokenInfo(borrowed ?? "")).email,
    borrowedIdToken: await payloadOf(borrowedIdToken),
    silentEmail: (await payloadOf(silentIdToken))?.email ?? null,
    signature: { keyId, signedBlob },
  }),
);
