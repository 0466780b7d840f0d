import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, bundleProgram, programFile } from "../../../deploy/bundle.ts";
import { createArtifactRegistry } from "../../../local/artifactregistry/artifact-registry.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createRun } from "../../../local/run/run.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import { makeOpenDirectory, runtimeOf } from "../../../local/workload/runtime.ts";
import type { SeedInput } from "../../../plan/steps/seed.ts";
import type { ServiceInput } from "../../../plan/steps/service.ts";
import { accountEmail } from "../../../spec/names.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import type { StepCall } from "../../support/steps.ts";
import { nameOf, pack } from "../jobs/seed/pack.ts";
import { clusterInput, type Database, instanceInput, operate, ownership, startDatabase } from "./database.ts";

const region = "asia-northeast1";
const bucket = `${testProject}-alloyrun`;
const roles = [
  "alloydb.client",
  "secretmanager.secretAccessor",
  "serviceusage.serviceUsageConsumer",
  "storage.objectViewer",
];

/** Outputs of the steps before `seed`, as `seed` and `service` are told them. */
export type Outputs = NonNullable<StepCall["outputs"]>;

/** A database with what a service needs around it: connector, accounts, images. */
export interface Application extends Database {
  readonly outputs: Outputs;
  /** Image of the seed runner, bundled as `deploy` bundles it. */
  readonly runner: string;
  /** Image of the example application. */
  readonly users: string;
  /** Makes an image of a program. */
  push(name: string, program: string): string;
  /** Puts packed seed files into the bucket and gives their object's name. */
  upload(files: Parameters<typeof pack>[0]): Promise<string>;
}

/** Starts it, with the steps `seed`, `service`, `verify` and `traffic`. */
export async function startApplication(): Promise<Application> {
  const apis = [createVpcAccess, createIam, createResourceManager, createRun, createArtifactRegistry, createLogging];
  const database = await startDatabase({ apis, steps: ["seed", "service", "verify", "traffic"] });
  try {
    return await furnish(database);
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function furnish(database: Database): Promise<Application> {
  const { local, steps } = database;
  const vpcAccess = await makeConnector(local);
  await makeAccounts(local, ["runner", "runner-seed", "alloyrun-verify"]);
  await database.connect();
  const cluster = (await steps.carryOut("cluster", { input: clusterInput("one") })).output;
  const instance = (await steps.carryOut("instance", { input: instanceInput("one"), outputs: { cluster } })).output;
  const runner = await bundleProgram("functions/jobs/seed.ts");
  const users = await bundleProgram("examples/users/app/server.ts");
  return {
    ...database,
    outputs: { cluster, instance, egress: { vpcAccess } },
    runner: pushImage(local, "seed-runner", runner.files),
    users: pushImage(local, "users", users.files),
    push: (name, program) =>
      pushImage(local, name, { [programFile]: Buffer.from(program), "package.json": Buffer.from("{}") }),
    upload: (files) => upload(local, pack(files)),
  };
}

/** Input of `seed` for these files. */
export function seedInput(runnerImage: string, object: string): SeedInput {
  return {
    job: `projects/${testProject}/locations/${region}/jobs/staging-seed`,
    runnerImage,
    seedAccount: accountEmail(testProject, "runner-seed"),
    database: "mydb",
    login: { user: "app", auth: "password" },
    seed: { bucket, object },
    timeoutSeconds: 600,
    ownership,
  };
}

/** Input of `service`. */
export const serviceInput: ServiceInput = {
  service: `projects/${testProject}/locations/${region}/services/users`,
  serviceAccount: accountEmail(testProject, "runner"),
  verifyAccount: accountEmail(testProject, "alloyrun-verify"),
  proxyImage: "gcr.io/alloydb-connectors/alloydb-auth-proxy:1.15.2",
  port: 8080,
  executionEnvironment: "gen2",
  cpu: 1,
  memory: "512Mi",
  minInstances: 0,
  maxInstances: 10,
  concurrency: 80,
  timeoutSeconds: 300,
  traffic: "all",
  login: { user: "app", auth: "password" },
  env: {},
  secrets: {},
  ownership,
};

async function makeConnector(local: LocalCloud): Promise<{ readonly connector: string }> {
  const subnetworks = `compute.googleapis.com/compute/v1/projects/${testProject}/regions/${region}/subnetworks`;
  const network = `projects/${testProject}/global/networks/my-vpc`;
  const subnet = { name: "my-subnet", network, ipCidrRange: "192.168.100.0/28", privateIpGoogleAccess: true };
  await operate(local, `POST ${subnetworks}`, subnet);
  const parent = `projects/${testProject}/locations/${region}`;
  const connectors = `vpcaccess.googleapis.com/v1/${parent}/connectors?connectorId=my-connector`;
  const body = { subnet: { name: "my-subnet" }, minInstances: 2, maxInstances: 3, machineType: "f1-micro" };
  await operate(local, `POST ${connectors}`, body);
  return { connector: `${parent}/connectors/my-connector` };
}

/** Accounts that may do all that any runtime account may, and time for that to take effect. */
async function makeAccounts(local: LocalCloud, ids: readonly string[]): Promise<void> {
  const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
  for (const accountId of ids) await rest(local, `POST ${accounts}`, { body: { accountId } });
  await local.cloud.clock.advance(600_000);
  const members = ids.map((id) => `serviceAccount:${accountEmail(testProject, id)}`);
  const bindings = roles.map((role) => ({ role: `roles/${role}`, members }));
  const project = `cloudresourcemanager.googleapis.com/v3/projects/${testProject}:setIamPolicy`;
  const { status, text } = await rest(local, `POST ${project}`, { body: { policy: { version: 3, bindings } } });
  if (status !== 200) throw new Error(text);
  await local.cloud.clock.advance(600_000);
}

function pushImage({ cloud }: LocalCloud, name: string, files: Bundle["files"]): string {
  const directory = join(cloud.directory, "apps", name);
  makeOpenDirectory(directory);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(directory, file), bytes, { mode: 0o644 });
  const digest = `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
  const reference = `${region}-docker.pkg.dev/${testProject}/apps/${name}@${digest}`;
  const image = {
    digest,
    directory,
    command: ["node", programFile],
    env: {},
    packages: {},
    uploadTime: "",
    sizeBytes: 1,
  };
  runtimeOf(cloud).images.push({ ...image, reference }, "latest");
  return reference;
}

async function upload(local: LocalCloud, packed: Buffer): Promise<string> {
  const object = nameOf(packed);
  const url = `${local.url}/storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(object)}`;
  const headers = { authorization: "Bearer owner", "content-type": "application/gzip" };
  const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(packed) });
  if (!response.ok) throw new Error(await response.text());
  return object;
}
