import { expect } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import type { JsonObject } from "../../../../local/json.ts";
import { rest, testProject } from "../../../support/local-cloud.ts";
import type { Actor, Scenario } from "../actor.ts";
import { location, project } from "../kind.ts";
import { keepPolicy, makeRunner } from "./containers.ts";

const functions = (method: string) => `google.cloud.functions.v2.FunctionService.${method}`;
const build = (method: string) => `google.devtools.cloudbuild.v1.CloudBuild.${method}`;
const longrunning = (method: string) => `cloudbuild.googleapis.com google.longrunning.Operations.${method}`;
const packageJson = (more: object) => JSON.stringify({ main: "index.js", ...more });

const zip = (files: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

async function uploadFunction({ do: call, local }: Actor): Promise<JsonObject> {
  const { uploadUrl, storageSource } = await call(functions("GenerateUploadUrl"), { parent: location });
  const body = zip({
    "index.js": `require("@google-cloud/functions-framework").http("hello", (_, response) => response.send("hello"));`,
    "package.json": packageJson({ dependencies: { "@google-cloud/functions-framework": "^5.0.0" } }),
  });
  const headers = { "content-type": "application/zip" };
  const put = await local.cloud.fetch({ method: "PUT", url: new URL(String(uploadUrl)), headers, body });
  expect(put.status).toBe(200);
  return storageSource as JsonObject;
}

const life: Scenario = {
  title: "functions: create, list, update by mask, policies, delete",
  async run(actor) {
    const { do: call, operate, stem } = actor;
    const functionId = `greets-${stem}`;
    const name = `${location}/functions/${functionId}`;
    const serviceAccountEmail = await makeRunner(actor, `runs-fn-${stem}`);
    const source = { storageSource: await uploadFunction(actor) };
    const buildConfig = { runtime: "nodejs24", entryPoint: "hello", source };
    const fn = { buildConfig, serviceConfig: { serviceAccountEmail }, environment: "GEN_2", labels: { team: "data" } };
    const active = { name, state: "ACTIVE", labels: { team: "data" } };
    await operate(functions("CreateFunction"), { parent: location, functionId, function: fn }, active);
    await call(functions("GetFunction"), { name }, active);
    const { functions: listed } = await call(functions("ListFunctions"), { parent: location });
    expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ name })]));
    const first = "google.cloud.functions.v1.CloudFunctionsService.ListFunctions";
    expect(await call(first, { parent: location })).not.toHaveProperty("nextPageToken");
    const changed = { name, description: "greets", labels: {} };
    await operate(
      functions("UpdateFunction"),
      { function: changed, updateMask: "description" },
      { ...active, description: "greets" },
    );
    await keepPolicy(actor, {
      service: "cloudfunctions.googleapis.com google.iam.v1.IAMPolicy",
      ...{ resource: name, role: "roles/cloudfunctions.viewer", permission: "cloudfunctions.functions.get" },
    });
    await operate(functions("DeleteFunction"), { name });
  },
};

const image = (stem: string) => `us-central1-docker.pkg.dev/${testProject}/built-${stem}/app`;

/** A bucket with a source, a repository for the image, and an account that may read the one and write the other. */
async function prepare(actor: Actor): Promise<JsonObject> {
  const { do: call, operate, local, stem } = actor;
  const email = await makeRunner(actor, `builds-${stem}`);
  const members = [`serviceAccount:${email}`];
  const bucket = `sources-${stem}`;
  await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body: { name: bucket } });
  const files = { "package.json": packageJson({ scripts: { start: "node index.js" } }), "index.js": "" };
  const upload = `POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=app.zip`;
  const sent = await fetch(`${local.url}/${upload.slice(5)}`, {
    ...{ method: "POST", headers: { authorization: "Bearer owner", "content-type": "application/zip" } },
    body: new Uint8Array(zip(files)),
  });
  expect(sent.status).toBe(200);
  const registry = "google.devtools.artifactregistry.v1.ArtifactRegistry";
  const repository = { format: "DOCKER" };
  await operate(`${registry}.CreateRepository`, { parent: location, repositoryId: `built-${stem}`, repository });
  await call(`${registry}.SetIamPolicy`, {
    resource: `${location}/repositories/built-${stem}`,
    policy: { bindings: [{ role: "roles/artifactregistry.writer", members }] },
  });
  const bindings = ["roles/storage.objectViewer", "roles/logging.logWriter"].map((role) => ({ role, members }));
  await rest(local, `POST cloudresourcemanager.googleapis.com/v1/${project}:setIamPolicy`, {
    body: { policy: { bindings } },
  });
  await local.cloud.clock.advance(600_000);
  return {
    ...{ source: { storageSource: { bucket, object: "app.zip" } }, images: [image(stem)], tags: [`by-${stem}`] },
    steps: [{ name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", image(stem)] }],
    ...{ serviceAccount: `${project}/serviceAccounts/${email}`, options: { logging: "CLOUD_LOGGING_ONLY" } },
  };
}

const builds: Scenario = {
  title: "builds: create, get, list, cancel",
  async run(actor) {
    const { do: call, operate, local, stem } = actor;
    const request = { parent: location, projectId: testProject, build: await prepare(actor) };
    const made = await operate(build("CreateBuild"), request, { status: "SUCCESS", tags: [`by-${stem}`] });
    const name = String(made.name);
    await call(build("GetBuild"), { name, projectId: testProject, id: String(made.id) }, { status: "SUCCESS" });
    const filter = `tags="by-${stem}"`;
    await call(build("ListBuilds"), { parent: location, projectId: testProject, filter }, { builds: [{ name }] });
    // No time passes, so that the build does not end before it is cancelled.
    local.cloud.clock.pause();
    const operation = await call(build("CreateBuild"), request);
    await call(longrunning("CancelOperation"), { name: operation.name ?? "" });
    const { build: late } = operation.metadata as { readonly build: JsonObject };
    const cancelled = { name: late.name ?? "", projectId: testProject, id: late.id ?? "" };
    await call(build("CancelBuild"), cancelled, { status: "CANCELLED" });
    local.cloud.clock.resume();
    await local.cloud.clock.idle();
  },
};

/** What is made out of sources. */
export const sourceScenarios: readonly Scenario[] = [life, builds];
