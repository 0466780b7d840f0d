import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Finding } from "../../deploy/doctor/finding.ts";
import { installationAccounts, installationFunctions } from "../../deploy/installation.ts";
import { isInstalled } from "../conformance/gcloud/gcloud.ts";
import { runShell } from "../support/shell.ts";
import { findDoor } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { takeRights } from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeGrants, takeInstallation } from "./support/inventory.ts";
import type { CommandResult } from "./support/run-command.ts";
import { startSession } from "./support/session.ts";

jest.setTimeout(600_000);

const project = "my-project";
const place = ["--project", project, "--region", region, "--json"];
const bucket = `${project}-alloyrun`;
const deploy = `alloyrun deploy --project ${project} --region ${region}`;
const role = `projects/${project}/roles/alloyrun_network`;
const account = `projects/${project}/serviceAccounts/alloyrun-verify@${project}.iam.gserviceaccount.com`;
const compute = `compute.googleapis.com/compute/v1/projects/${project}`;
const locations = `projects/${project}/locations/${region}`;

/** One project, from nothing over an installation and a broken one to nothing, and to an installation again. */
describe("an installation", () => {
  let cloud: InstalledCloud;
  let empty: string[];
  let installed: string[];
  let granted: string[];
  let environment: Environment;
  let findings: Answer["findings"];

  beforeAll(async () => {
    cloud = await startInstalledCloud({ bare: true });
    const subnet = { name: "checked-subnet", range: "192.168.100.0/28" };
    environment = createEnvironment("checked", { network: { name: "my-vpc", subnet } });
    empty = inventory();
  });
  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

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
    const { findings } = await answerOf(8, "doctor");
    expect(findings.map(({ check }) => check)).toEqual(["installation", "apis"]);
    expect(findings[0]?.command).toBe(deploy);
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
    await cloud.ask(`POST iam.googleapis.com/v1/${account}:disable`, {});
    await cloud.ask(`DELETE workflows.googleapis.com/v1/${locations}/workflows/alloyrun-sweep`);
    await cloud.ask(`DELETE cloudfunctions.googleapis.com/v2/${locations}/functions/alloyrun-events`);
    await cloud.ask(`POST cloudscheduler.googleapis.com/v1/${locations}/jobs/alloyrun-sweep:pause`, {});
    await cloud.ask(`PUT cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`, { billingAccountName: "" });
    cloud.local.faults.addLimit({ project, metric: "SUBNETWORKS", limit: 1 });
    await takeRange();
    const agent = await takeRole("roles/workflows.serviceAgent");
    ({ findings } = await answerOf(8, "doctor", "--spec", environment.file));
    expect(findings.map(({ check, resource, command }) => [check, resource, command]).sort()).toEqual(
      [
        ["billing", `projects/${project}`, expect.stringContaining(`gcloud billing projects link ${project} `)],
        ["agents", `projects/${project}`, expect.stringContaining(`--member=${agent} --role=roles/workflows.serviceA`)],
        ["installation", role, deploy],
        ["installation", `projects/${project}/roles/alloyrun_egress`, deploy],
        ["installation", account, deploy],
        ["installation", `${locations}/workflows/alloyrun-sweep`, deploy],
        ["installation", `${locations}/functions/alloyrun-events`, deploy],
        ["installation", `${locations}/services/alloyrun-events`, deploy],
        ["installation", `${locations}/jobs/alloyrun-sweep`, deploy],
        ["quotas", `projects/${project}`, expect.stringContaining("--quota-id=SUBNETWORKS-per-project")],
        ["ranges", `${environment.file}: network.subnets.checked-subnet`, expect.stringMatching(/^sed -i/)],
      ].sort(),
    );
    expect(findings.find(({ resource }) => resource === role)?.problem).toContain("- compute.firewalls.list");
    const { changes } = await answerOf(0, "deploy", "--plan");
    expect(changes.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual([
      `create ${locations}/functions/alloyrun-events`,
      `create ${locations}/workflows/alloyrun-sweep`,
      `restore projects/${project}/roles/alloyrun_egress`,
      `update ${locations}/jobs/alloyrun-sweep`,
      `update ${locations}/services/alloyrun-events`,
      `update ${role}`,
      `update ${account}`,
    ]);
  });

  it("tells an API that is off, and not that all is missing which cannot be seen without it", async () => {
    await cloud.ask(
      `POST serviceusage.googleapis.com/v1/projects/${project}/services/storage.googleapis.com:disable`,
      {},
    );
    const answer = await answerOf(8, "doctor");
    const off = answer.findings.filter(({ problem }) => problem.startsWith("the api "));
    expect(off.map(({ resource, command }) => [resource, command])).toEqual([
      [`projects/${project}/services/storage.googleapis.com`, deploy],
    ]);
    expect(answer.findings.filter(({ problem }) => problem.includes("is missing"))).toEqual(off);
  });

  it("is mended by these commands", async () => {
    for (const finding of findings.filter(({ command }) => command !== deploy)) await mend(finding);
    await answerOf(0, "deploy");
    expect((await answerOf(0, "doctor", "--spec", environment.file)).findings).toEqual([]);
    await cloud.ask(`DELETE ${compute}/regions/${region}/subnetworks/theirs`);
    await cloud.ask(`DELETE ${compute}/global/networks/my-vpc`);
    expect(inventory()).toEqual(installed);
    expect(takeGrants(cloud.local)).toEqual(granted);
  });

  it("tells somebody who may not call it what an owner is to run", async () => {
    const roles = ["roles/viewer", "roles/iam.securityReviewer"];
    const policy = await readPolicy();
    const bindings = roles.map((one) => ({ role: one, members: ["user:ann@example.com"] }));
    await writePolicy({ ...policy, bindings: [...policy.bindings, ...bindings] });
    await cloud.local.cloud.clock.advance(10 * 60_000);
    const found = (await answerTo("ann@example.com", 8, "doctor")).findings;
    expect(found).toEqual([
      {
        ...{ check: "permissions", resource: "alloyrun-request", problem: expect.any(String) },
        command:
          `gcloud run services add-iam-policy-binding alloyrun-request --project=${project} --region=${region} ` +
          "--member=user:ann@example.com --role=roles/run.invoker",
      },
    ]);
    for (const finding of found) await mend(finding);
    await cloud.local.cloud.clock.advance(10 * 60_000);
    expect((await answerTo("ann@example.com", 0, "doctor")).findings).toEqual([]);
    await writePolicy({ ...(await readPolicy()), bindings: policy.bindings });
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
    expect(inventory()).toEqual([...empty, `pubsub.topics projects/${project}/topics/somebodys`]);
    expect(takeRights(cloud.local)).toEqual([]);
    expect(await cloud.ask(`GET ${foreign}`)).toMatchObject({ labels: { of: "somebody" } });
    await cloud.ask(`DELETE ${foreign}`);
    expect((await answerOf(0, "undeploy", "--yes")).resources).toEqual([]);
  });

  it("can be made again, with what Google still keeps of the last one", async () => {
    await answerOf(0, "deploy", "--hook");
    expect(inventory()).toEqual(installed);
    expect(takeGrants(cloud.local)).toEqual(granted);
    expect((await answerOf(0, "doctor")).findings).toEqual([]);
    // The image went with its repository, and the history of builds did not.
    const repository = `projects/my-project/locations/${region}/repositories/alloyrun`;
    const { dockerImages } = await cloud.ask(`GET artifactregistry.googleapis.com/v1/${repository}/dockerImages`);
    expect(dockerImages).toHaveLength(1);
  });

  it("is in one region, and refuses to be made in another one as well", async () => {
    const elsewhere = ["--project", "my-project", "--region", "us-central1"];
    for (const options of [[], ["--plan"]]) {
      const { code, stderr } = await cloud.alloyrun("deploy", ...elsewhere, ...options);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`installed in ${region}`) });
    }
    // Nobody is sent from one refusal to the other.
    const { code, stderr } = await cloud.alloyrun("runs", "checked", ...elsewhere);
    const told = `alloyrun is installed in ${region}, not in us-central1`;
    expect({ code, stderr: stderr.replace(/\s+/g, " ") }).toEqual({ code: 5, stderr: expect.stringContaining(told) });
    expect(stderr).not.toContain("alloyrun deploy");
    expect(inventory()).toEqual(installed);
  });

  async function write(object: string): Promise<void> {
    const name = encodeURIComponent(object);
    await cloud.ask(`POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {});
  }

  async function answerOf(code: number, command: string, ...options: readonly string[]): Promise<Answer> {
    return toAnswer(code, await cloud.alloyrun(command, ...options, ...place));
  }

  async function answerTo(person: string, code: number, command: string): Promise<Answer> {
    return toAnswer(code, await cloud.alloyrunAs(person, command, ...place));
  }

  function toAnswer(code: number, result: CommandResult): Answer {
    expect(`${result.code} ${result.stderr}`).toBe(`${code} `);
    return JSON.parse(result.stdout);
  }

  function inventory(): string[] {
    return takeInstallation(cloud.local);
  }

  /** Calls of the owner's that were meant to change something. */
  function changesSince(number: number): readonly string[] {
    return cloud.local.journal
      .entries(number + 1)
      .filter((entry) => entry.kind === "call" && entry.principal.startsWith("owner@"))
      .map((entry) => (entry.kind === "call" ? entry.method : ""))
      .filter((method) => /\.(Create|Update|Patch|Delete|Insert|Set|Undelete|BatchEnable)\w*$/.test(method));
  }

  async function takeRange(): Promise<void> {
    const network = `projects/${project}/global/networks/my-vpc`;
    await cloud.ask(
      `POST serviceusage.googleapis.com/v1/projects/${project}/services/compute.googleapis.com:enable`,
      {},
    );
    await cloud.local.cloud.clock.advance(10 * 60_000);
    await cloud.ask(`POST ${compute}/global/networks`, { name: "my-vpc", autoCreateSubnetworks: false });
    const subnet = { name: "theirs", network, ipCidrRange: "192.168.100.0/28" };
    await cloud.ask(`POST ${compute}/regions/${region}/subnetworks`, subnet);
  }

  /** Runs the command of a finding as it is, where the local cloud serves what it asks; the rest is done as Google does it. */
  async function mend({ check, command }: Finding): Promise<void> {
    if (check === "billing") {
      const body = { billingAccountName: "billingAccounts/012345-6789AB-CDEF01" };
      await cloud.ask(`PUT cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`, body);
    } else if (check === "quotas") {
      cloud.local.faults.clear();
    } else if (check === "ranges" || isInstalled) {
      await runShell(cloud.local, project, command);
    } else if (check === "agents") {
      await giveRole("roles/workflows.serviceAgent");
    } else {
      await (await findDoor(cloud)).allow("user:ann@example.com");
    }
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
  readonly findings: readonly Finding[];
  readonly resources: readonly string[];
}

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}
