import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { UndeployOutcome } from "../../deploy/undeploy.ts";
import type { JsonObject } from "../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../local/main.ts";
import { takeGrants, takeInstallation } from "../end-to-end/support/inventory.ts";
import { deployFunction } from "../support/deploy-function.ts";
import { type Installer, region, startInstaller } from "../support/installer.ts";
import { operate } from "../support/local-operation.ts";
import { cancelExecution, startWaiting, waitingDefinition } from "../support/waiting-execution.ts";

jest.setTimeout(120_000);

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const project = "my-project";
const place = `--project ${project} --region ${region}`;
const locations = `projects/${project}/locations/${region}`;
const workflows = `${locations}/workflows`;
const bucket = `${project}-alloyrun`;
const objects = `storage.googleapis.com/storage/v1/b/${bucket}/o`;
const iam = `iam.googleapis.com/v1/projects/${project}`;
const foreign = `serviceAccount:alloyrun-networks@${project}.iam.gserviceaccount.com`;
const day = 24 * 60 * 60_000;
/** What `deploy` makes but for images and most functions, beside what others have under names that are alike. */
describe("undeploy", () => {
  let local: LocalCloud;
  let installer: Installer;
  let empty: Standing;
  let installed: Standing;

  beforeAll(async () => {
    local = await startLocalCloud({ offline: true });
    installer = await startInstaller(local, project);
    await makeForeign();
    empty = standing();
    await installer.install();
    installed = standing();
  });
  afterAll(async () => {
    await installer?.stop();
    await local?.stop();
  });

  it("is refused while runs are under way, also one that holds nothing yet, and says how to end each", async () => {
    const held = await startWaiting(local, `${workflows}/alloyrun-environment`, {
      run: "run-1",
      action: "up",
      environment: "staging",
    });
    const nameless = await startWaiting(local, `${workflows}/alloyrun-sweep`, { run: "run-2", action: "sweep" });
    const { code, outcome, stderr } = await undeploy();
    expect(code).toBe(4);
    expect(outcome).toEqual({
      ...{ project, region, state: "hindered" },
      hindrances: [
        {
          ...{ environment: "staging", run: "run-1", reason: "up run-1 is under way" },
          command: `alloyrun cancel run-1 ${place}`,
        },
        { run: "run-2", reason: "sweep run-2 is under way", command: `alloyrun watch run-2 ${place}` },
      ],
    });
    expect(stderr).toContain(`staging: up run-1 is under way\n    alloyrun cancel run-1 ${place}\n`);
    expect(standing()).toEqual(installed);
    for (const execution of [held, nameless]) await cancelExecution(local, execution);
  });

  it("is refused while environments stand, are held or wait for Google, and says what to do about each", async () => {
    const reasons = [
      ...["environments/up.json", "locks/up.json", "locks/held.json"],
      ...["teardowns/waiting.json", "environments/waiting.json"],
    ];
    for (const object of reasons) await write(object);
    const { code, outcome } = await undeploy();
    expect(code).toBe(4);
    expect(hindrancesOf(outcome)).toEqual([
      ["held", "a run holds it", `alloyrun down held ${place}`],
      ["up", "it stands", `alloyrun down up ${place}`],
      [
        "waiting",
        `its removal is not finished; \`alloyrun status waiting ${place}\` says what holds it`,
        `alloyrun sweep ${place}`,
      ],
    ]);
    expect(standing()).toEqual(installed);
    for (const object of reasons) await ask(`DELETE ${objects}/${encodeURIComponent(object)}`);
  });

  it("looks into no region but that of the installation", async () => {
    const { code, outcome, stderr } = await undeploy("--region", "us-central1");
    expect({ code, outcome }).toEqual({ code: 1, outcome: undefined });
    expect(stderr.replace(/\s+/g, " ")).toContain(
      `alloyrun is installed in ${region}, not in us-central1; name it with --region ${region}`,
    );
    expect(standing()).toEqual(installed);
  });

  it("begins nothing while an API is off behind which it has something", async () => {
    const service = `serviceusage.googleapis.com/v1/projects/${project}/services/pubsub.googleapis.com`;
    await ask(`POST ${service}:disable`, {});
    const { code, outcome, stderr } = await undeploy();
    expect({ code, outcome }).toEqual({ code: 1, outcome: undefined });
    expect(stderr).toContain(`gcloud services enable pubsub.googleapis.com --project=${project}`);
    await ask(`POST ${service}:enable`, {});
    await local.cloud.clock.advance(10 * 60_000);
    expect(standing()).toEqual(installed);
  });

  it("removes what bears the mark of the installation and of no environment, and nothing else", async () => {
    for (const object of ["specs/old.yaml", "runs/old/run-0.json", "chains/old.json", "requests/run-0.json"]) {
      await write(object);
    }
    const { code, outcome } = await undeploy();
    expect(code).toBe(0);
    expect(outcome).toMatchObject({ state: "removed", resources: expect.arrayContaining([`gs://${bucket}`]) });
    expect(standing()).toEqual(empty);
  });

  it("has nothing left to do when it is asked for again", async () => {
    expect((await undeploy()).outcome).toMatchObject({ state: "removed", resources: [] });
    expect(standing()).toEqual(empty);
  });

  it("is followed by an installation as if there had been none, with roles that are brought back", async () => {
    expect((await installer.plan()).filter(({ kind }) => kind === "role").map(({ action }) => action)).toEqual(
      roles(installed).map(() => "restore"),
    );
    await installer.install();
    expect(standing()).toEqual(installed);
    expect(await installer.plan()).toEqual([]);
  });

  it("keeps a bucket that is to stay with its content and what others may do with it", async () => {
    await write("runs/staging/run-0.json");
    await grantOnBucket("user:ann@example.com");
    const { outcome, stderr } = await undeploy("--keep-bucket");
    expect({ state: outcome?.state, stderr }).toEqual({ state: "removed", stderr: "" });
    const kept = [`storage.buckets ${bucket}`];
    expect(standing().resources).toEqual([...empty.resources, ...kept].sort());
    expect(standing().grants.filter((line) => !empty.grants.includes(line))).toEqual([
      `//storage.googleapis.com/projects/_/buckets/${bucket} roles/storage.objectViewer user:ann@example.com`,
    ]);
    expect(await ask(`GET ${objects}/${encodeURIComponent("runs/staging/run-0.json")}`)).toMatchObject({ bucket });
  });

  it("is followed by an installation even when the ids of its roles cannot be had for a month", async () => {
    await local.cloud.clock.advance(8 * day);
    await installer.install();
    expect(await installer.plan()).toEqual([]);
    expect(roles(standing())).toHaveLength(roles(installed).length);
    const rights = (grants: readonly string[]) => grants.length;
    expect(rights(standing().grants)).toBe(rights(installed.grants) + 1);
  });

  it("finds roles of other ids too, and can be followed again", async () => {
    expect((await undeploy()).outcome?.state).toBe("removed");
    expect(standing()).toEqual(empty);
    await installer.install();
    expect(await installer.plan()).toEqual([]);
  });

  interface Standing {
    readonly resources: readonly string[];
    readonly grants: readonly string[];
  }

  function standing(): Standing {
    const isOfBucket = (line: string) => /roles\/storage\.legacy|gcf-v2-/.test(line);
    return {
      resources: takeInstallation(local).sort(),
      grants: takeGrants(local).filter((line) => !isOfBucket(line)),
    };
  }

  async function write(object: string): Promise<void> {
    const name = encodeURIComponent(object);
    await ask(`POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {});
  }

  async function grantOnBucket(member: string): Promise<void> {
    const address = `storage.googleapis.com/storage/v1/b/${bucket}/iam`;
    const policy = await ask(`GET ${address}?optionsRequestedPolicyVersion=3`);
    const bindings = [
      ...(policy.bindings as readonly object[]),
      { role: "roles/storage.objectViewer", members: [member] },
    ];
    await ask(`PUT ${address}`, { ...policy, bindings });
  }

  async function ask(target: string, body?: object): Promise<JsonObject> {
    const answer = await operate(local, target, { body });
    if (answer.error) throw new Error(`${target}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  async function undeploy(...options: readonly string[]): Promise<Command> {
    const env = { PATH: process.env.PATH ?? "", ...(await local.environment({ project })) };
    const args = [
      "--disable-warning=ExperimentalWarning",
      main,
      "undeploy",
      "--yes",
      "--json",
      ...place.split(" "),
      ...options,
    ];
    return await new Promise((resolve) => {
      execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
        const outcome = stdout.startsWith("{") ? (JSON.parse(stdout) as UndeployOutcome) : undefined;
        resolve({ code: error ? Number(error.code) : 0, outcome, stderr });
      });
    });
  }

  /** What others have under names like ours, of every kind that an installation has; and what is an environment's. */
  async function makeForeign(): Promise<void> {
    for (const { host } of local.apis) local.cloud.projects.setUsable(project, host, true);
    await deployFunction(local, { project, id: "alloyrun-networks" });
    await ask(`POST ${iam}/serviceAccounts`, { accountId: "alloyrun-networks" });
    await local.cloud.clock.advance(600_000);
    await ask(`POST ${iam}/roles`, {
      roleId: "alloyrun_networks",
      role: { title: "of another team", includedPermissions: ["compute.networks.get"], stage: "GA" },
    });
    await grant(`cloudresourcemanager.googleapis.com/v1/projects/${project}`, [
      { role: `projects/${project}/roles/alloyrun_networks`, members: [foreign] },
      { role: "roles/viewer", members: [foreign, "user:ann@example.com"] },
    ]);
    const pubsub = `pubsub.googleapis.com/v1/projects/${project}`;
    const topic = `projects/${project}/topics/alloyrun-event`;
    await ask(`PUT pubsub.googleapis.com/v1/${topic}`, { labels: { "alloyrun-installation": "another" } });
    await ask(`PUT ${pubsub}/subscriptions/alloyrun-event`, { topic });
    await ask(`POST storage.googleapis.com/storage/v1/b?project=${project}`, { name: `${bucket}-notes` });
    await ask(`POST cloudscheduler.googleapis.com/v1/${locations}/jobs`, {
      ...{ name: `${locations}/jobs/alloyrun-sweeper`, description: "alloyrun", schedule: "0 0 1 1 *" },
      pubsubTarget: { topicName: topic, data: "bm93" },
    });
    await ask(`POST workflows.googleapis.com/v1/${locations}/workflows?workflowId=alloyrun-sweeper`, {
      sourceContents: waitingDefinition,
    });
    const format = { format: "DOCKER" };
    await ask(`POST artifactregistry.googleapis.com/v1/${locations}/repositories?repositoryId=alloyrun-mine`, format);
    const labels = { "alloyrun-installation": bucket, "alloyrun-environment": "staging" };
    const secret = { replication: { automatic: {} }, labels };
    await ask(`POST secretmanager.googleapis.com/v1/projects/${project}/secrets?secretId=alloyrun-staging`, secret);
  }

  async function grant(resource: string, more: readonly object[]): Promise<void> {
    const asked = { options: { requestedPolicyVersion: 3 } };
    const policy = await ask(`POST ${resource}:getIamPolicy`, asked);
    const bindings = [...((policy.bindings ?? []) as readonly object[]), ...more];
    await ask(`POST ${resource}:setIamPolicy`, { policy: { ...policy, bindings } });
  }
});

function roles({ resources }: { readonly resources: readonly string[] }): readonly string[] {
  return resources.filter(
    (line) => line.startsWith("iam.roles projects/my-project/roles/alloyrun_") && !/_networks$/.test(line),
  );
}

function hindrancesOf(outcome: UndeployOutcome | undefined) {
  const hindrances = outcome?.state === "hindered" ? outcome.hindrances : [];
  return hindrances.map(({ environment, reason, command }) => [environment, reason, command]);
}

interface Command {
  readonly code: number;
  readonly outcome?: UndeployOutcome;
  readonly stderr: string;
}
