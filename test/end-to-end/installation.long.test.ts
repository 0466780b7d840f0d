import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { installationAccounts, installationFunctions } from "../../deploy/installation.ts";
import { region } from "./support/environment.ts";
import { takeRights } from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeGrants, takeInventory } from "./support/inventory.ts";
import { startSession } from "./support/session.ts";

jest.setTimeout(600_000);

const project = "my-project";
const place = ["--project", project, "--region", region, "--json"];
const bucket = `${project}-alloyrun`;
const deploy = `alloyrun deploy --project ${project} --region ${region}`;
const role = `projects/${project}/roles/alloyrun_network`;
const locations = `projects/${project}/locations/${region}`;

/** One project, from nothing over an installation and a broken one to nothing, and to an installation again. */
describe("an installation", () => {
  let cloud: InstalledCloud;
  let empty: string[];
  let installed: string[];
  let granted: string[];

  beforeAll(async () => {
    cloud = await startInstalledCloud({ bare: true });
    empty = inventory();
  });
  afterAll(() => cloud?.stop());

  it("is planned in whole while the project is empty, and nothing is made of it", async () => {
    const { changes } = await answerOf(0, "deploy", "--plan", "--hook");
    const kinds = new Map(changes.map((change) => [change.kind, change]));
    expect([...kinds.keys()].sort()).toEqual(
      [
        ...["account", "api", "bucket", "function", "grants", "image", "repository", "role"],
        ...["schedule", "secret", "subscription", "topic", "workflow"],
      ].sort(),
    );
    const functions = changes.filter(({ kind }) => kind === "function");
    expect(functions).toHaveLength(installationFunctions(project).length);
    expect(changes.filter(({ kind }) => kind === "account")).toHaveLength(installationAccounts(project).length);
    expect(changes).toContainEqual(
      expect.objectContaining({
        ...{ kind: "role", action: "create", resource: role },
        differences: expect.arrayContaining(["+ compute.networks.create"]),
      }),
    );
    expect(inventory()).toEqual(empty);
    expect(takeRights(cloud.local)).toEqual([]);
  });

  it("is missed by the doctor before it is there", async () => {
    const { findings } = await answerOf(1, "doctor");
    expect(findings).toEqual([expect.objectContaining({ check: "installation", command: deploy })]);
  });

  it("is made, and then neither planned nor made anew", async () => {
    await answerOf(0, "deploy", "--hook");
    installed = inventory();
    granted = takeGrants(cloud.local);
    expect((await answerOf(0, "deploy", "--plan")).changes).toEqual([]);
    const before = cloud.local.journal.entries().at(-1)?.number ?? 0;
    await answerOf(0, "deploy");
    expect(changesSince(before)).toEqual([]);
    expect(inventory()).toEqual(installed);
  });

  it("is found well, without a change", async () => {
    expect((await answerOf(0, "doctor")).findings).toEqual([]);
    expect(inventory()).toEqual(installed);
  });

  it("tells what was broken and the command that mends each", async () => {
    await cloud.ask(`PATCH iam.googleapis.com/v1/${role}?updateMask=includedPermissions`, {
      includedPermissions: ["compute.networks.get", "compute.firewalls.list"],
    });
    await cloud.ask(`DELETE iam.googleapis.com/v1/projects/${project}/roles/alloyrun_egress`);
    await cloud.ask(`DELETE workflows.googleapis.com/v1/${locations}/workflows/alloyrun-sweep`);
    await cloud.ask(`PUT cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`, { billingAccountName: "" });
    const agent = await takeRole("roles/workflows.serviceAgent");
    const { findings } = await answerOf(1, "doctor");
    expect(findings.map(({ check, resource, command }) => [check, resource, command])).toEqual(
      expect.arrayContaining([
        ["billing", `projects/${project}`, expect.stringContaining(`gcloud billing projects link ${project} `)],
        ["agents", `projects/${project}`, expect.stringContaining(`--member=${agent} --role=roles/workflows.serviceA`)],
        ["installation", role, deploy],
        ["installation", `projects/${project}/roles/alloyrun_egress`, deploy],
        ["installation", `${locations}/workflows/alloyrun-sweep`, deploy],
      ]),
    );
    expect(findings).toHaveLength(5);
    expect(findings.find(({ resource }) => resource === role)?.problem).toContain("- compute.firewalls.list");
    const { changes } = await answerOf(0, "deploy", "--plan");
    expect(changes.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual([
      `create ${locations}/workflows/alloyrun-sweep`,
      `restore projects/${project}/roles/alloyrun_egress`,
      `update ${role}`,
    ]);
  });

  it("is mended by these commands", async () => {
    await cloud.ask(`PUT cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`, {
      billingAccountName: "billingAccounts/012345-6789AB-CDEF01",
    });
    await giveRole("roles/workflows.serviceAgent");
    await answerOf(0, "deploy");
    expect((await answerOf(0, "doctor")).findings).toEqual([]);
    expect(inventory()).toEqual(installed);
    expect(takeGrants(cloud.local)).toEqual(granted);
  });

  it("asks twice before it goes", async () => {
    const { code, stderr } = await cloud.alloyrun("undeploy", ...place);
    expect(code).toBe(2);
    expect(stderr).toContain("--yes");
    expect(inventory()).toEqual(installed);
  });

  it("stays while an environment stands or its removal waits, and says what to do first", async () => {
    await write("environments/staging.json");
    await write("teardowns/old.json");
    const { code, stdout, stderr } = await cloud.alloyrun("undeploy", "--yes", ...place);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      state: "hindered",
      hindrances: [
        { environment: "old", command: `alloyrun sweep --project ${project} --region ${region}` },
        { environment: "staging", command: `alloyrun down staging --project ${project} --region ${region}` },
      ],
    });
    expect(stderr).toContain("alloyrun down staging");
    expect(inventory()).toEqual(installed);
    for (const object of ["environments/staging.json", "teardowns/old.json"]) {
      await cloud.ask(`DELETE storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`);
    }
  });

  it("leaves nothing of its own in the project, and nothing else out, though its removal was killed", async () => {
    const foreign = `pubsub.googleapis.com/v1/projects/${project}/topics/somebodys`;
    await cloud.ask(`PUT ${foreign}`, { labels: { of: "somebody" } });
    // As an earlier version made it, which nobody has brought to this one.
    const role = `iam.googleapis.com/v1/projects/${project}/roles/alloyrun_image`;
    await cloud.ask(`PATCH ${role}?updateMask=description`, { description: "" });
    const session = startSession({
      command: [process.execPath, "cli/main.ts", "undeploy", "--yes", "--project", project, "--region", region],
      cwd: process.cwd(),
      env: { PATH: process.env.PATH ?? "", ...(await cloud.local.environment({ project })) },
    });
    await session.says("/functions/alloyrun-network");
    session.interrupt("SIGKILL");
    expect(await session.ended).toEqual({ code: null, signal: "SIGKILL" });
    expect(inventory()).toContain(`iam.serviceAccounts alloyrun-network@${project}.iam.gserviceaccount.com`);
    const { resources } = await answerOf(0, "undeploy", "--yes");
    expect(resources).toContain(`gs://${bucket}`);
    expect(inventory()).toEqual(empty);
    expect(takeRights(cloud.local)).toEqual([]);
    expect((await cloud.ask(`GET pubsub.googleapis.com/v1/projects/${project}/topics`)).topics).toEqual([
      expect.objectContaining({ name: `projects/${project}/topics/somebodys` }),
    ]);
    expect((await answerOf(0, "undeploy", "--yes")).resources).toEqual([]);
  });

  it("can be made again, with what Google still keeps of the last one", async () => {
    await answerOf(0, "deploy", "--hook");
    expect(inventory()).toEqual(installed);
    expect(takeGrants(cloud.local)).toEqual(granted);
    expect((await answerOf(0, "doctor")).findings).toEqual([]);
  });

  async function write(object: string): Promise<void> {
    const name = encodeURIComponent(object);
    await cloud.ask(`POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {});
  }

  async function answerOf(code: number, command: string, ...options: readonly string[]): Promise<Answer> {
    const result = await cloud.alloyrun(command, ...options, ...place);
    expect(`${result.code} ${result.stderr}`).toBe(`${code} `);
    return JSON.parse(result.stdout);
  }

  /** Without images: what a build pushed under an old tag is nobody's loss, and of deleted roles only the name is left. */
  function inventory(): string[] {
    const roles = cloud.local.cloud.store.collection<{ readonly deleted?: boolean }>("iam.roles");
    return takeInventory(cloud.local).filter((line) => {
      const [collection = "", name = ""] = line.split(" ");
      return !["workload.images", "run.revisions"].includes(collection) && !roles.get(name)?.deleted;
    });
  }

  /** Calls of the owner's that were meant to change something. */
  function changesSince(number: number): readonly string[] {
    return cloud.local.journal
      .entries(number + 1)
      .filter((entry) => entry.kind === "call" && entry.principal.startsWith("owner@"))
      .map((entry) => (entry.kind === "call" ? entry.method : ""))
      .filter((method) => /\.(Create|Update|Patch|Delete|Insert|Set|Undelete|BatchEnable)\w*$/.test(method));
  }

  /** Takes a role away from its only member, who is named. */
  async function takeRole(name: string): Promise<string> {
    const policy = await readPolicy();
    const [member = ""] = policy.bindings.find(({ role: one }) => one === name)?.members ?? [];
    await writePolicy({ ...policy, bindings: policy.bindings.filter(({ role: one }) => one !== name) });
    taken = member;
    return member;
  }

  let taken = "";

  async function giveRole(name: string): Promise<void> {
    const policy = await readPolicy();
    await writePolicy({ ...policy, bindings: [...policy.bindings, { role: name, members: [taken] }] });
  }

  async function readPolicy(): Promise<{ readonly bindings: readonly Binding[] }> {
    const options = { options: { requestedPolicyVersion: 3 } };
    const policy = await cloud.ask(
      `POST cloudresourcemanager.googleapis.com/v3/projects/${project}:getIamPolicy`,
      options,
    );
    return policy as unknown as { readonly bindings: readonly Binding[] };
  }

  async function writePolicy(policy: object): Promise<void> {
    await cloud.ask(`POST cloudresourcemanager.googleapis.com/v3/projects/${project}:setIamPolicy`, { policy });
  }
});

interface Answer {
  readonly changes: readonly { kind: string; action: string; resource: string; differences: readonly string[] }[];
  readonly findings: readonly { check: string; resource: string; problem: string; command: string }[];
  readonly resources: readonly string[];
}

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}
