import { expect } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import type { JsonObject } from "../../../../local/json.ts";
import type { Wire } from "../../gcloud/wire.ts";
import type { Life } from "../life.ts";

const functions = "cloudfunctions.googleapis.com/v2/projects/{project}/locations/us-central1/functions";
const source = "storage.googleapis.com/storage/v1/b/{project}-files/o/function.zip";
const deployer = "deployer@{project}.iam.gserviceaccount.com";
const labels = { "goog-terraform-provisioned": "true" };
const text = expect.any(String) as unknown as string;

const program = `require("@google-cloud/functions-framework").http("hello", (request, response) => response.send("hello"));`;
const manifest = { main: "index.js", dependencies: { "@google-cloud/functions-framework": "^5.0.0" } };

/** The archive that another resource of the configuration uploads. */
async function uploadSource({ local, project }: Wire): Promise<void> {
  const files = { "index.js": strToU8(program), "package.json": strToU8(JSON.stringify(manifest)) };
  const address = `https://storage.googleapis.com/upload/storage/v1/b/${project}-files/o?uploadType=media&name=function.zip`;
  const headers = { authorization: "Bearer owner", "content-type": "application/zip" };
  const body = Buffer.from(zipSync(files));
  const { status } = await local.cloud.fetch({ method: "POST", url: new URL(address), headers, body });
  expect(status).toBe(200);
}

/** The whole of the function, as each change sends it too. */
const toFunction = (timeoutSeconds: number): JsonObject => ({
  buildConfig: {
    entryPoint: "hello",
    runtime: "nodejs24",
    source: { storageSource: { bucket: "{project}-files", object: "function.zip" } },
  },
  description: "of the article",
  environment: "GEN_2",
  labels,
  name: "projects/{project}/locations/us-central1/functions/hello",
  serviceConfig: {
    allTrafficOnLatestRevision: true,
    availableMemory: "256M",
    environmentVariables: { MODE: "a" },
    ingressSettings: "ALLOW_ALL",
    maxInstanceCount: 2,
    serviceAccountEmail: deployer,
    timeoutSeconds,
  },
});

/** A function, from an archive in the bucket. */
export const functionLives: readonly Life[] = [
  {
    resource: "google_cloudfunctions2_function",
    prepare: uploadSource,
    create: [{ send: `POST ${functions}?functionId=hello`, body: toFunction(60), wait: "operation" }],
    read: `GET ${functions}/hello`,
    imports: [
      "projects/{project}/locations/us-central1/functions/hello",
      "projects/{number}/locations/us-central1/functions/hello",
      ...["{project}/us-central1/hello", "us-central1/hello"],
    ],
    state: { ...toFunction(60), state: "ACTIVE", updateTime: text, url: text },
    absent: ["eventTrigger", "kmsKeyName"],
    update: [
      {
        send: `PATCH ${functions}/hello?updateMask=serviceConfig`,
        body: toFunction(90),
        wait: "operation",
      },
    ],
    updated: { ...toFunction(90), state: "ACTIVE" },
    remove: [
      { send: `DELETE ${functions}/hello`, wait: "operation" },
      { send: `DELETE ${source}`, status: 204 },
    ],
  },
];
