import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { exampleText } from "../../spec/example.ts";
import { type Installer, region, startInstaller } from "../../support/installer.ts";
import { member, operate } from "../../support/local-operation.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

jest.setTimeout(120_000);

const run = promisify(execFile);
const project = "my-project";
const locations = `projects/${project}/locations/${region}`;
const iam = `iam.googleapis.com/v1/projects/${project}`;
const compute = `compute.googleapis.com/compute/v1/projects/${project}`;
const bucket = `${project}-alloyrun`;
const service = `run.googleapis.com/v2/${locations}/services/alloyrun-request`;
const ledger = encodeURIComponent("environments/users.json");
const requests = `pubsub.googleapis.com/v1/projects/${project}/topics/alloyrun-requests`;
const emailOf = (name: string) => `alloyrun-${name}@${project}.iam.gserviceaccount.com`;

/** Something is broken as it happens to people; then what is found is mended by what the finding says. */
describe("the doctor", () => {
  let local: LocalCloud;
  let installer: Installer;

  beforeAll(async () => {
    local = await startLocalCloud({ offline: true });
    installer = await startInstaller(local, project);
    await installer.install();
    for (const { host } of local.apis) local.cloud.projects.setUsable(project, host, true);
  });
  afterAll(async () => {
    await installer?.stop();
    await local?.stop();
  });

  it("finds nothing in a project that is as it should be", async () => {
    expect((await installer.examine()).findings).toEqual([]);
    expect(await installer.plan()).toEqual([]);
  });

  it("tells that nobody pays, that Google's own account has lost its role, and that a quota is used up", async () => {
    const billing = `cloudbilling.googleapis.com/v1/projects/${project}/billingInfo`;
    const [role, metric] = ["roles/pubsub.serviceAgent", "NETWORKS"];
    await ask(`PUT ${billing}`, { billingAccountName: "" });
    await edit((bindings) => bindings.filter((binding) => binding.role !== role));
    local.faults.addLimit({ project, metric, limit: 0 });
    const { findings } = await installer.examine(exampleText);
    expect(findings.map(({ check, problem }) => [check, problem])).toEqual([
      ["billing", "no billing account pays for it, so nothing that costs money can be made"],
      ["agents", expect.stringMatching(/^service-\d+@gcp-sa-pubsub\.iam\.gserviceaccount\.com lacks /)],
      ["quotas", "NETWORKS: 0 of 0 are taken, and 1 more are needed"],
    ]);
    const [agent = ""] = findings[1]?.problem.split(" ") ?? [];
    const member = `serviceAccount:${agent}`;
    expect(findings.map(({ command }) => command)).toEqual([
      `gcloud billing projects link ${project} --billing-account=ACCOUNT_ID`,
      `gcloud beta services identity create --service=pubsub.googleapis.com --project=${project} && ` +
        `gcloud projects add-iam-policy-binding ${project} --member=${member} --role=${role} --condition=None`,
      `gcloud beta quotas preferences create --project=${project} --service=compute.googleapis.com ` +
        "--quota-id=NETWORKS-per-project --preferred-value=10",
    ]);
    await ask(`PUT ${billing}`, { billingAccountName: "billingAccounts/012345-6789AB-CDEF01" });
    const usage = `serviceusage.googleapis.com/v1beta1/projects/${project}/services/pubsub.googleapis.com`;
    await ask(`POST ${usage}:generateServiceIdentity`, {});
    await edit((bindings) => [...bindings, { role, members: [member] }]);
    // Google grants what was asked for.
    local.faults.clear();
    local.faults.addLimit({ project, metric, limit: 10 });
    expect((await installer.examine(exampleText)).findings).toEqual([]);
    // Without a spec nothing is known to be needed, and where the spec's own network stands, nothing more is.
    local.faults.clear();
    local.faults.addLimit({ project, metric, limit: 0 });
    const unasked = await installer.examine();
    expect(unasked.findings).toEqual([]);
    expect(unasked.notes.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^NETWORKS: 0 of 0 are taken: there is no room for another environment/),
    );
    local.faults.clear();
    await ask(`POST ${compute}/global/networks`, { name: "my-vpc", autoCreateSubnetworks: false });
    local.faults.addLimit({ project, metric, limit: 1 });
    expect((await installer.examine(exampleText)).findings).toEqual([]);
    await ask(`DELETE ${compute}/global/networks/my-vpc`);
    local.faults.clear();
  });

  it("tells of a schedule that somebody has paused, and its command lets it run again; others' are theirs", async () => {
    const jobs = `cloudscheduler.googleapis.com/v1/${locations}/jobs`;
    const make = async (id: string, description: string) => {
      const target = { uri: "https://example.com", httpMethod: "POST" };
      const body = { name: `${locations}/jobs/${id}`, schedule: "0 6 * * *", timeZone: "UTC", httpTarget: target };
      await ask(`POST ${jobs}`, { ...body, description });
      await ask(`POST ${jobs}/${id}:pause`, {});
    };
    await make("alloyrun-rebuild-shop", `alloyrun:${bucket}/shop`);
    await make("alloyrun-rebuild-other", "alloyrun:elsewhere-alloyrun/other");
    await make("nightly", "theirs");
    expect((await installer.examine()).findings).toEqual([
      {
        ...{ check: "schedules", resource: `${locations}/jobs/alloyrun-rebuild-shop` },
        problem: "somebody has paused it, so that shop is not rebuilt as its spec says",
        command: `gcloud scheduler jobs resume alloyrun-rebuild-shop --location=${region} --project=${project}`,
      },
    ]);
    await ask(`POST ${jobs}/alloyrun-rebuild-shop:resume`, {});
    expect((await installer.examine()).findings).toEqual([]);
    for (const id of ["alloyrun-rebuild-shop", "alloyrun-rebuild-other", "nightly"]) await ask(`DELETE ${jobs}/${id}`);
  });

  it("tells what of a spec's ranges is taken, and its commands take what is free", async () => {
    const example = readFileSync(new URL("../../../examples/users/environment.yaml", import.meta.url), "utf8");
    const spec = example.replace(/subnet: .*/, "subnet: { name: my-subnet, range: 192.168.100.0/28 }");
    await ask(`POST ${compute}/global/networks`, { name: "my-vpc", autoCreateSubnetworks: false });
    await takeRanges();
    const { findings } = await installer.examine(spec);
    expect(findings.map(({ check, resource, problem }) => [check, resource, problem])).toEqual([
      [
        ...["ranges", "environment.yaml: network.subnets.my-subnet"],
        "192.168.100.0/28 overlaps theirs, which has 192.168.100.0/27; 192.168.100.32/28 is free",
      ],
      [
        ...["ranges", "environment.yaml: network.serviceRange"],
        "192.168.200.0/24 overlaps their-range, which has 192.168.200.0/23; 192.168.202.0/24 is free",
      ],
    ]);
    await using folder = await temporaryFolder();
    const file = join(folder.path, "environment.yaml");
    writeFileSync(file, spec);
    for (const { command } of findings) await run("sh", ["-c", command], { cwd: folder.path });
    expect((await installer.examine(readFileSync(file, "utf8"))).findings).toEqual([]);
  });

  it("tells somebody who may not look what lets them, and all that can be seen nevertheless", async () => {
    await grant(project, ["browser"], "bob@example.com");
    const person = await startInstaller(local, project, { as: "bob@example.com" });
    try {
      const { findings } = await person.examine();
      expect(findings).toEqual([
        {
          ...{ check: "caller", resource: `projects/${project}` },
          problem: expect.stringContaining("PERMISSION_DENIED"),
          command:
            `for role in viewer iam.securityReviewer; do gcloud projects add-iam-policy-binding ${project} ` +
            "--member=user:bob@example.com --role=roles/$role --condition=None; done",
        },
      ]);
      for (const { command } of findings) await mend(command, project);
      expect((await person.examine()).findings).toEqual([]);
    } finally {
      await person.stop();
    }
  });

  it("tells each part of an installation that is not as it was made, and deploying mends them all", async () => {
    await breakAll();
    const changes = await installer.plan();
    expect(changes.map(({ kind, action, resource }) => `${action} ${kind} ${resource}`).sort()).toEqual(
      [
        `create function ${locations}/functions/alloyrun-network`,
        `create secret projects/${project}/secrets/alloyrun-link-key`,
        `create subscription projects/${project}/subscriptions/alloyrun-requests`,
        `create topic projects/${project}/topics/alloyrun-events-dead`,
        `create workflow ${locations}/workflows/alloyrun-sweep`,
        `restore role projects/${project}/roles/alloyrun_egress`,
        `update account projects/${project}/serviceAccounts/${emailOf("network")}`,
        `update bucket gs://${bucket}`,
        `update grants ${locations}/services/alloyrun-network`,
        `update function ${locations}/functions/alloyrun-request`,
        `update grants ${locations}/services/alloyrun-request`,
        `update grants ${locations}/services/alloyrun-request`,
        `update grants gs://${bucket}`,
        `update grants projects/${project}`,
        `update grants projects/${project}/subscriptions/alloyrun-requests`,
        `update grants projects/${project}/topics/alloyrun-events-dead`,
        `update grants projects/${project}/topics/alloyrun-requests`,
        `update grants projects/${project}/serviceAccounts/${emailOf("build")}`,
        `update role projects/${project}/roles/alloyrun_network`,
        `update schedule ${locations}/jobs/alloyrun-sweep`,
        `update workflow ${locations}/workflows/alloyrun-environment`,
      ].sort(),
    );
    const ofRequest = changes.filter(({ resource }) => resource.endsWith("/alloyrun-request"));
    expect(ofRequest.map(({ differences }) => differences)).toEqual([
      [
        `~ account: ${emailOf("egress")} → ${emailOf("request")}`,
        ...["~ most instances: 1 → 10", "~ fewest instances: 1 → 0"],
      ],
      ["+ callers are checked"],
      [
        ...["sweep", "scheduler", "push", "hook"].map((name) => `+ roles/run.invoker to ${emailOf(name)}`),
        ...["- roles/run.invoker to allUsers", "- roles/run.invoker to allAuthenticatedUsers"],
        "- roles/run.admin to allUsers",
      ],
    ]);
    const { findings } = await installer.examine();
    expect(findings.find(({ resource }) => resource.endsWith("/topics/alloyrun-requests"))).toMatchObject({
      problem: expect.stringContaining("- roles/pubsub.publisher to allUsers"),
      command: expect.stringMatching(/^alloyrun deploy /),
    });
    await installer.install();
    expect(await installer.plan()).toEqual([]);
    const publishers = { role: "roles/pubsub.publisher", members: ["user:ann@example.com"] };
    expect((await ask(`GET ${requests}:getIamPolicy`)).bindings).toContainEqual(publishers);
    const { bindings } = await ask(`GET ${service}:getIamPolicy`);
    expect(bindings).toEqual([
      { role: "roles/run.invoker", members: expect.arrayContaining(["group:team@example.com"]) },
    ]);
  });

  it("tells an API that is off, and deploying turns it on", async () => {
    await ask(`POST serviceusage.googleapis.com/v1/projects/${project}/services/pubsub.googleapis.com:disable`, {});
    expect(await installer.plan()).toContainEqual(
      expect.objectContaining({ kind: "api", resource: `projects/${project}/services/pubsub.googleapis.com` }),
    );
    await installer.install();
    expect(await installer.plan()).toEqual([]);
  });

  it("finds it wrong that an API is off which an environment that stands was made with, and its command mends that", async () => {
    const entry = { plans: ["gone"] };
    await ask(`POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${ledger}`, entry);
    const { findings, notes } = await installer.examine();
    expect(findings).toMatchObject([
      { check: "apis", problem: expect.stringContaining("without which users may not") },
    ]);
    expect(notes.map(({ check }) => check)).not.toContain("apis");
    for (const { command } of findings) await mend(command, project);
    expect((await installer.examine()).findings).toEqual([]);
    await ask(`DELETE storage.googleapis.com/storage/v1/b/${bucket}/o/${ledger}`);
  });

  it("looks at all of it before there is an installation, too, and its commands let somebody else install", async () => {
    const other = "other-project";
    const ann = "ann@example.com";
    await grant(other, ["viewer", "iam.securityReviewer"], ann);
    await ask(`POST serviceusage.googleapis.com/v1/projects/${other}/services/compute.googleapis.com:enable`, {});
    local.faults.addLimit({ project: other, metric: "NETWORKS", limit: 0 });
    const person = await startInstaller(local, other, { as: ann });
    try {
      const { findings, notes } = await person.examine();
      expect(findings.map(({ check, problem }) => [check, problem])).toEqual([
        ["installation", `alloyrun is not installed in ${region}`],
        ["apis", expect.stringMatching(/^off are .*artifactregistry, cloudbuild, run, cloudfunctions, workflows, /)],
        ["caller", expect.stringMatching(/^user:ann@example.com may not deploy: lacks \S+ and \d+ more$/)],
      ]);
      expect(notes.map(({ check, way }) => [check, way])).toEqual([
        [
          "apis",
          `gcloud services enable servicenetworking.googleapis.com vpcaccess.googleapis.com alloydb.googleapis.com --project=${other}`,
        ],
        ["quotas", expect.stringContaining("--quota-id=NETWORKS-per-project")],
        ["quotas", `https://console.cloud.google.com/iam-admin/quotas?project=${other}`],
      ]);
      for (const { command } of findings) await mend(command, other);
      local.faults.clear();
      expect((await person.examine()).findings.map(({ check }) => check)).toEqual(["installation"]);
      await person.install();
      expect((await person.examine()).findings).toEqual([]);
    } finally {
      await person.stop();
    }
  });

  /** Does what gcloud would do at two of the commands; the others are not for it. */
  async function mend(command: string, place: string): Promise<void> {
    const [, apis] = /^gcloud services enable (.*) --project=/.exec(command) ?? [];
    const batch = `POST serviceusage.googleapis.com/v1/projects/${place}/services:batchEnable`;
    if (apis) await ask(batch, { serviceIds: apis.split(" ") });
    const [, roles, email] = /^for role in (.*); do gcloud .*--member=user:(\S+) /.exec(command) ?? [];
    if (roles && email) await grant(place, roles.split(" "), email);
  }

  async function grant(place: string, roles: readonly string[], email: string): Promise<void> {
    const granted = roles.map((role) => ({ role: `roles/${role}`, members: [`user:${email}`] }));
    await edit((bindings) => [...bindings, ...granted], place);
    await local.cloud.clock.advance(10 * 60_000);
  }

  async function ask(target: string, body?: object): Promise<JsonObject> {
    const answer = await operate(local, target, { body });
    if (answer.error) throw new Error(`${target}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  /** Somebody else's subnet and range, over those of the example. */
  async function takeRanges(): Promise<void> {
    const network = `projects/${project}/global/networks/my-vpc`;
    await ask(`POST ${compute}/regions/${region}/subnetworks`, {
      name: "theirs",
      network,
      ipCidrRange: "192.168.100.0/27",
    });
    await ask(`POST ${compute}/global/addresses`, {
      ...{ name: "their-range", purpose: "VPC_PEERING", addressType: "INTERNAL", network },
      ...{ address: "192.168.200.0", prefixLength: 23 },
    });
  }

  /** One thing of every kind, as people and other programs do it. */
  async function breakAll(): Promise<void> {
    const workflows = `workflows.googleapis.com/v1/${locations}/workflows`;
    await ask(`POST ${iam}/serviceAccounts/${emailOf("network")}:disable`, {});
    await ask(`POST ${iam}/serviceAccounts/${emailOf("build")}:setIamPolicy`, { policy: { bindings: [] } });
    await ask(`DELETE ${iam}/roles/alloyrun_egress`);
    await ask(`PATCH ${iam}/roles/alloyrun_network?updateMask=title`, { title: "mine" });
    await edit((bindings) => bindings.filter(({ role }) => !role.endsWith("/alloyrun_identity_grants")));
    await ask(`PATCH storage.googleapis.com/storage/v1/b/${bucket}`, { versioning: { enabled: false } });
    await ask(`PUT storage.googleapis.com/storage/v1/b/${bucket}/iam`, { bindings: [], version: 3 });
    await ask(`DELETE pubsub.googleapis.com/v1/projects/${project}/topics/alloyrun-events-dead`);
    await ask(`DELETE pubsub.googleapis.com/v1/projects/${project}/subscriptions/alloyrun-requests`);
    const anybody = { bindings: [{ role: "roles/pubsub.publisher", members: ["allUsers", "user:ann@example.com"] }] };
    await ask(`POST ${requests}:setIamPolicy`, { policy: anybody });
    await ask(`DELETE ${workflows}/alloyrun-sweep`);
    const main = "main: { steps: [{ give: { return: nothing } }] }";
    await ask(`PATCH ${workflows}/alloyrun-environment?updateMask=sourceContents`, { sourceContents: main });
    await ask(`POST cloudscheduler.googleapis.com/v1/${locations}/jobs/alloyrun-sweep:pause`, {});
    await ask(`DELETE secretmanager.googleapis.com/v1/projects/${project}/secrets/alloyrun-link-key`);
    await ask(`DELETE cloudfunctions.googleapis.com/v2/${locations}/functions/alloyrun-network`);
    await driftRequest();
  }

  /** The function runs as another, is held back and kept running, and everybody may call it, in each of the ways. */
  async function driftRequest(): Promise<void> {
    const mask = "serviceConfig.serviceAccountEmail,serviceConfig.maxInstanceCount,serviceConfig.minInstanceCount";
    await ask(`PATCH cloudfunctions.googleapis.com/v2/${locations}/functions/alloyrun-request?updateMask=${mask}`, {
      serviceConfig: { serviceAccountEmail: emailOf("egress"), maxInstanceCount: 1, minInstanceCount: 1 },
    });
    await letAnybodyCall();
    const bindings = [
      { role: "roles/run.invoker", members: ["allUsers", "allAuthenticatedUsers", "group:team@example.com"] },
      { role: "roles/run.admin", members: ["allUsers"] },
    ];
    await ask(`POST ${service}:setIamPolicy`, { policy: { bindings } });
  }

  /** Cloud Run stops looking who calls; it takes no service of less memory than this when somebody edits one. */
  async function letAnybodyCall(): Promise<void> {
    const { containers: held, ...template } = member(await ask(`GET ${service}`), "template");
    const [container] = held as unknown as readonly JsonObject[];
    const containers = [{ ...container, resources: { limits: { cpu: "1", memory: "512Mi" }, cpuIdle: true } }];
    const body = { invokerIamDisabled: true, template: { ...template, containers, revision: "" } };
    await ask(`PATCH ${service}?updateMask=invokerIamDisabled,template`, body);
  }

  async function edit(
    change: (bindings: readonly Binding[]) => readonly Binding[],
    place: string = project,
  ): Promise<void> {
    const policy = `cloudresourcemanager.googleapis.com/v1/projects/${place}`;
    const read = await ask(`POST ${policy}:getIamPolicy`, { options: { requestedPolicyVersion: 3 } });
    const bindings = change((read.bindings ?? []) as unknown as readonly Binding[]);
    await ask(`POST ${policy}:setIamPolicy`, { policy: { ...read, bindings, version: 3 } });
  }
});

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}
