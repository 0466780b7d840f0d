import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { create as createTar } from "tar";
import type { JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";
import type { OperationRecord } from "../../local/operation-record.ts";
import { rest, startTestCloud, testProject } from "../support/local-cloud.ts";
import { operate } from "../support/local-operation.ts";
import { pushImage } from "../support/push-image.ts";

const place = `projects/${testProject}/locations/us-central1`;
const account = `worker@${testProject}.iam.gserviceaccount.com`;
const repository = `us-central1-docker.pkg.dev/${testProject}/apps`;
const jobs = `run.googleapis.com/v2/${place}/jobs`;
const workflowIds = ["first", "second"];

/** What goes wrong in the run: shares, so that each of its draws shows. */
const plan = {
  faults: [
    { on: "operation", match: "build", when: { share: 0.5 }, effect: { kind: "slow", factor: 3 } },
    { on: "operation", match: "runJob", when: { share: 0.5 }, effect: { kind: "error", code: 503 } },
    { on: "call", match: "*.GetExecution", when: { share: 0.5 }, effect: { kind: "error", code: 500 } },
  ],
};

let archive: Buffer;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "same-seed-"));
  writeFileSync(join(directory, "package.json"), '{"main":"main.js"}');
  writeFileSync(join(directory, "main.js"), "");
  const file = join(directory, "source.tgz");
  await createTar({ gzip: true, cwd: directory, file, portable: true }, ["package.json", "main.js"]);
  archive = readFileSync(file);
  rmSync(directory, { recursive: true });
});

/** All that a run has to say for itself, without what real work makes of its times. */
interface Account {
  readonly journal: readonly string[];
  /** How long each operation takes at Google's, by its name. */
  readonly operations: Readonly<Record<string, number>>;
  /** How long each execution of a workflow takes to begin, by its name. */
  readonly starts: Readonly<Record<string, number>>;
}

/** A run with a seed; its concurrent clients come in the order given. */
async function play(seed: string, order: readonly string[]): Promise<Account> {
  const local = await startTestCloud({ seed });
  try {
    await prepare(local);
    local.faults.load(plan);
    for (const _ of "123") await build(local);
    for (const _ of "12345") await operate(local, `POST ${jobs}/hello:run`, { body: {} });
    await Promise.all(order.flatMap((id) => [execute(local, id), execute(local, id)]));
    return accountOf(local);
  } finally {
    await local.stop();
  }
}

async function prepare(local: LocalCloud): Promise<void> {
  await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
    body: { accountId: "worker" },
  });
  const roles = ["roles/owner", "roles/storage.objectViewer"];
  const bindings = roles.map((role) => ({ role, members: [`serviceAccount:${account}`] }));
  await rest(local, `POST cloudresourcemanager.googleapis.com/v3/projects/${testProject}:setIamPolicy`, {
    body: { policy: { bindings } },
  });
  await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body: { name: "sources" } });
  await fetch(`${local.url}/storage.googleapis.com/upload/storage/v1/b/sources/o?uploadType=media&name=source.tgz`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/gzip" },
    body: new Uint8Array(archive),
  });
  const repositories = `artifactregistry.googleapis.com/v1/${place}/repositories`;
  await operate(local, `POST ${repositories}?repositoryId=apps`, { body: { format: "DOCKER" } });
  const image = pushImage(local, { project: testProject, name: "hello", source: "console.log('hello');" });
  const template = { template: { serviceAccount: account, containers: [{ image }], maxRetries: 0 } };
  await operate(local, `POST ${jobs}?jobId=hello`, { body: { template } });
  for (const id of workflowIds) {
    await operate(local, `POST workflows.googleapis.com/v1/${place}/workflows?workflowId=${id}`, {
      body: { serviceAccount: account, sourceContents: "main:\n  steps:\n  - end:\n      return: done\n" },
    });
  }
  await local.cloud.clock.advance(600_000);
}

async function build(local: LocalCloud): Promise<void> {
  const steps = [{ name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", `${repository}/app`] }];
  const body = {
    source: { storageSource: { bucket: "sources", object: "source.tgz" } },
    ...{ steps, images: [`${repository}/app`], options: { logging: "CLOUD_LOGGING_ONLY" } },
    serviceAccount: `projects/${testProject}/serviceAccounts/${account}`,
  };
  expect(await operate(local, `POST cloudbuild.googleapis.com/v1/${place}/builds`, { body })).toMatchObject({
    response: { status: "SUCCESS" },
  });
}

/** Executes a workflow and looks at it, which a fault may not let it. */
async function execute(local: LocalCloud, workflow: string): Promise<void> {
  const executions = `workflowexecutions.googleapis.com/v1/${place}/workflows/${workflow}/executions`;
  const { body } = await rest(local, `POST ${executions}`, { body: {} });
  for (const _ of "12345") await rest(local, `GET workflowexecutions.googleapis.com/v1/${String(body.name)}`);
}

function accountOf({ journal, cloud }: LocalCloud): Account {
  const entries = journal.entries().map(({ number: _, time: __, endTime: ___, ...entry }) => {
    return JSON.stringify({ ...entry, durationMs: undefined });
  });
  const operations = cloud.store.collection<OperationRecord>("operations").list();
  const executions = cloud.store.collection<JsonObject>("workflows.executions").list();
  return {
    journal: entries.sort(),
    operations: Object.fromEntries(operations.map(([, one]) => [one.name, Math.round(one.dueTime - one.startTime)])),
    starts: Object.fromEntries(
      executions.map(([name, { startMs, createMs }]) => [name, Math.round(Number(startMs) - Number(createMs))]),
    ),
  };
}

describe("a seed", () => {
  it("says how a run goes, in whatever order its concurrent clients come", async () => {
    const first = await play("one", workflowIds);
    expect(await play("one", workflowIds.toReversed())).toEqual(first);
    const faulty = first.journal.filter((line) => line.includes('"fault"'));
    expect(new Set(faulty.map((line) => /"fault":"([^"]*)"/.exec(line)?.[1]))).toEqual(
      new Set(["fault-1", "fault-2", "fault-3"]),
    );
    expect(Object.keys(first.starts)).toHaveLength(4);
    const other = await play("another", workflowIds);
    expect(Object.keys(other.operations)).not.toEqual(Object.keys(first.operations));
    expect(other.starts).not.toEqual(first.starts);
  });
});
