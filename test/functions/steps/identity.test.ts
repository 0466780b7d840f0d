import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import type { Change } from "../../../plan/change.ts";
import type { AccountInput, IdentityInput } from "../../../plan/steps/identity.ts";
import { accountEmail, ownershipOf } from "../../../spec/names.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type Steps, startSteps } from "../../support/steps.ts";

const accessor = "roles/secretmanager.secretAccessor";
const ownership = ownershipOf({
  installation: `${testProject}-alloyrun`,
  environment: "staging",
  labels: { team: "data" },
});
const actor = "serviceAccount:alloyrun-service@test-project.iam.gserviceaccount.com";
const cluster = "serviceAccount:alloyrun-cluster@test-project.iam.gserviceaccount.com";
const iam = "iam.googleapis.com/v1";
const secrets = "secretmanager.googleapis.com/v1";
const projects = "cloudresourcemanager.googleapis.com/v3/projects";

let local: LocalCloud;
let steps: Steps;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam, createResourceManager, createSecretManager, createStorage] });
  steps = await startSteps(local, testProject, ["identity"]);
  await createAccount("alloyrun-service", "the installation's");
  await createAccount("alloyrun-cluster", "the installation's");
}, 30_000);

afterAll(async () => {
  await steps.stop();
  await local.stop();
});

function account(id: string, projectRoles: AccountInput["projectRoles"]): AccountInput {
  const email = accountEmail(testProject, id);
  const name = `projects/${testProject}/serviceAccounts/${email}`;
  return { name, email, displayName: id, projectRoles, actors: [actor] };
}

function input(id: string, changes: Partial<IdentityInput> = {}): IdentityInput {
  const condition = {
    title: "alloyrun-seeds",
    expression: 'resource.name.startsWith("projects/_/buckets/b/objects/seeds/")',
  };
  const service = account(`${id}-service`, [{ role: "roles/alloydb.client" }]);
  const seed = account(`${id}-service-seed`, [{ role: "roles/storage.objectViewer", condition }]);
  const secret = (name: string, { email }: AccountInput) => ({
    name: `projects/${testProject}/secrets/${id}-${name}`,
    grants: [{ role: accessor, members: [`serviceAccount:${email}`] }],
  });
  return {
    project: testProject,
    serviceAccount: service,
    seedAccount: seed,
    adminSecret: secret("admin", seed),
    applicationSecret: secret("application", service),
    foreignSecrets: [],
    ownership,
    ...changes,
  };
}

const carryOut = (wanted: IdentityInput, action: "ensure" | "remove" = "ensure") =>
  steps.carryOut("identity", { action, input: wanted });

async function createAccount(accountId: string, description: string): Promise<void> {
  const body = { accountId, serviceAccount: { description } };
  await rest(local, `POST ${iam}/projects/${testProject}/serviceAccounts`, { body });
  await local.cloud.clock.advance(120_000);
}

async function bindings(target: string, body?: object): Promise<readonly JsonObject[]> {
  const { body: policy } = await rest(local, target, { body });
  return Array.isArray(policy.bindings) ? policy.bindings.filter(isJsonObject) : [];
}

const projectBindings = () =>
  bindings(`POST ${projects}/${testProject}:getIamPolicy`, { options: { requestedPolicyVersion: 3 } });
const accountBindings = (name: string) => bindings(`POST ${iam}/${name}:getIamPolicy`, {});
const secretBindings = (name: string) => bindings(`GET ${secrets}/${name}:getIamPolicy`);

async function rolesOf({ email }: AccountInput): Promise<readonly unknown[]> {
  const own = (await projectBindings()).filter(({ members }) => JSON.stringify(members).includes(email));
  return own.map(({ role }) => role);
}

describe("identity", () => {
  it("makes marked accounts and labelled, empty secrets, and grants no more than what is wanted", async () => {
    const wanted = input("made");
    const { output } = await carryOut(wanted);
    const { serviceAccount: service, seedAccount: seed, adminSecret: admin } = wanted;
    expect(output).toEqual({
      serviceAccount: service.email,
      seedAccount: seed.email,
      adminSecret: admin.name,
      applicationSecret: wanted.applicationSecret?.name,
    });
    expect((await rest(local, `GET ${iam}/${service.name}`)).body).toMatchObject({ description: ownership.mark });
    expect((await rest(local, `GET ${secrets}/${admin.name}`)).body).toMatchObject({ labels: ownership.labels });
    expect((await rest(local, `GET ${secrets}/${admin.name}/versions`)).body.versions ?? []).toEqual([]);
    expect(await secretBindings(admin.name)).toEqual([{ role: accessor, members: [`serviceAccount:${seed.email}`] }]);
    expect(await accountBindings(service.name)).toEqual([{ role: "roles/iam.serviceAccountUser", members: [actor] }]);
    expect(await rolesOf(service)).toEqual(["roles/alloydb.client"]);
    const viewer = (await projectBindings()).find(({ role }) => role === "roles/storage.objectViewer");
    expect(viewer).toMatchObject({ members: [`serviceAccount:${seed.email}`], condition: { title: "alloyrun-seeds" } });
  });

  it("changes nothing the second time", async () => {
    await carryOut(input("again"));
    expect((await carryOut(input("again"))).changes).toEqual([]);
    const { body } = await steps.ask("identity", { action: "plan", input: input("again") });
    expect(body).toMatchObject({ state: "done", changes: [] });
  });

  it("plans accounts, secrets and grants without making them", async () => {
    const wanted = input("planned");
    const { body } = await steps.ask("identity", { action: "plan", input: wanted });
    const changes = Array.isArray(body.changes) ? body.changes.filter(isJsonObject) : [];
    const made = changes.filter(({ action }) => action === "create").map(({ resource }) => resource);
    expect(made).toEqual([
      wanted.serviceAccount.name,
      wanted.seedAccount.name,
      wanted.adminSecret.name,
      wanted.applicationSecret?.name,
    ]);
    expect(changes.filter(({ action }) => action === "update")).toHaveLength(5);
    const costs = changes.map(({ effects }) => (isJsonObject(effects) ? Number(effects.costPerDay) : 0));
    expect(costs.reduce((sum, cost) => sum + cost)).toBeCloseTo((2 * 0.06) / 30.4, 6);
    expect((await rest(local, `GET ${iam}/${wanted.serviceAccount.name}`)).status).toBe(404);
  });

  it("waits until new accounts are visible everywhere before it grants, and tells once that they were created", async () => {
    const wanted = input("fresh");
    local.cloud.clock.pause();
    const { body } = await steps.ask("identity", { input: wanted });
    const again: string[] = [];
    for (let asks = 0; asks < 8; asks += 1) {
      const { changes } = (await steps.ask("identity", { input: wanted })).body;
      again.push(...(changes as unknown as readonly Change[]).map(({ action, resource }) => `${action} ${resource}`));
    }
    local.cloud.clock.resume();
    const accounts = [wanted.serviceAccount, wanted.seedAccount].map(({ name }) => ({
      action: "create",
      resource: name,
    }));
    expect(body.changes).toMatchObject([...accounts, {}, {}]);
    expect(again.filter((change) => change.startsWith("create"))).toEqual([]);
    expect(body).toMatchObject({
      state: "pending",
      operations: [],
      reason: expect.stringContaining("not visible everywhere"),
    });
    expect(await rolesOf(input("fresh").serviceAccount)).toEqual([]);
  });

  it("keeps what others have been granted, conditions included", async () => {
    const other = {
      role: "roles/browser",
      members: ["user:other@example.com"],
      condition: { title: "t", expression: 'request.time < timestamp("2090-01-01T00:00:00Z")' },
    };
    const { body: policy } = await rest(local, `POST ${projects}/${testProject}:getIamPolicy`, {
      body: { options: { requestedPolicyVersion: 3 } },
    });
    const before = Array.isArray(policy.bindings) ? policy.bindings : [];
    const edited = { ...policy, version: 3, bindings: [...before, other] };
    await rest(local, `POST ${projects}/${testProject}:setIamPolicy`, { body: { policy: edited } });
    await carryOut(input("kept"));
    await carryOut(input("kept"), "remove");
    expect(await projectBindings()).toContainEqual(other);
  });

  it("takes from everybody and our own accounts what they were not to have, says so before, and keeps others' grants", async () => {
    const wanted = input("surplus");
    await carryOut(wanted);
    const { seedAccount: seed, serviceAccount: service, adminSecret: admin } = wanted;
    const ann = "user:ann@example.com";
    const excess = [`serviceAccount:${service.email}`, actor, "allUsers"];
    const reader = { role: accessor, members: [`serviceAccount:${seed.email}`, ann, ...excess] };
    // The step's own rights reach no other role.
    const viewer = { role: "roles/secretmanager.viewer", members: ["allAuthenticatedUsers"] };
    const set = (policy: object) => rest(local, `POST ${secrets}/${admin.name}:setIamPolicy`, { body: { policy } });
    expect((await set({ bindings: [reader, viewer] })).status).toBe(200);
    const user = { role: "roles/iam.serviceAccountUser", members: [actor, ann, cluster] };
    const body = { policy: { bindings: [user] } };
    expect((await rest(local, `POST ${iam}/${service.name}:setIamPolicy`, { body })).status).toBe(200);
    const { body: planned } = await steps.ask("identity", { action: "plan", input: wanted });
    const taken = (role: string, members: readonly string[]) =>
      members.map((from) => ({ path: `iamPolicy.${role}`, from }));
    expect(planned.changes).toMatchObject([
      { resource: service.name, fields: taken(user.role, [cluster]) },
      { resource: admin.name, fields: taken(accessor, excess) },
    ]);
    await carryOut(wanted);
    expect(await secretBindings(admin.name)).toEqual([
      { role: accessor, members: [`serviceAccount:${seed.email}`, ann] },
      viewer,
    ]);
    expect(await accountBindings(service.name)).toEqual([{ ...user, members: [actor, ann] }]);
    expect((await carryOut(wanted)).changes).toEqual([]);
  });

  it("grants anew to an account that was deleted and made again, whose old grants no longer count", async () => {
    const wanted = input("anew");
    await carryOut(wanted);
    await rest(local, `DELETE ${iam}/${wanted.serviceAccount.name}`);
    await local.cloud.clock.advance(600_000);
    const { changes } = await carryOut(wanted);
    expect(changes).toContain(`create ${wanted.serviceAccount.name}`);
    const member = `serviceAccount:${wanted.serviceAccount.email}`;
    const client = (await projectBindings()).find(({ role }) => role === "roles/alloydb.client");
    expect(client?.members).toContain(member);
    expect(JSON.stringify(client?.members)).not.toContain(`deleted:${member}`);
  });

  it("refuses an account and a secret of somebody else by name, before it makes anything", async () => {
    const wanted = input("foreign");
    await createAccount("foreign-service", "somebody's own");
    const { status, body } = await steps.ask("identity", { input: wanted });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message: expect.stringContaining(wanted.serviceAccount.name) });
    expect((await rest(local, `GET ${secrets}/${wanted.adminSecret.name}`)).status).toBe(404);
    expect(await steps.planRemoval("identity", wanted)).not.toHaveProperty([`delete ${wanted.serviceAccount.name}`]);
    const { output } = await carryOut(wanted, "remove");
    expect(output.left).toEqual([`${wanted.serviceAccount.name} is not of ${ownership.mark}; it was left as it is`]);
    expect((await rest(local, `GET ${iam}/${wanted.serviceAccount.name}`)).status).toBe(200);
  });

  it("lets the service read a secret of the user's and takes just that back", async () => {
    const name = `projects/${testProject}/secrets/api-key`;
    const wanted = input("reads", {
      foreignSecrets: [
        {
          name,
          grants: [{ role: accessor, members: [`serviceAccount:${accountEmail(testProject, "reads-service")}`] }],
          uses: [{ variable: "API_KEY", version: 2 }],
        },
      ],
    });
    const plan = { action: "plan", input: wanted } as const;
    const missing = (says: string) => ({
      status: 400,
      body: { error: { message: `service.secrets.API_KEY in the spec: ${name}${says}` } },
    });
    const absent = missing(" does not exist; create it with a version first, or name another");
    expect(await steps.ask("identity", plan)).toMatchObject(absent);
    expect(await steps.ask("identity", { input: wanted })).toMatchObject(absent);
    const body = { replication: { automatic: {} } };
    await rest(local, `POST ${secrets}/projects/${testProject}/secrets?secretId=api-key`, { body });
    const addVersion = () => rest(local, `POST ${secrets}/${name}:addVersion`, { body: { payload: { data: "eA==" } } });
    await addVersion();
    const old = "/versions/2 does not exist; add a version to the secret, or name another version";
    expect(await steps.ask("identity", plan)).toMatchObject(missing(old));
    await addVersion();
    await rest(local, `POST ${secrets}/${name}/versions/2:disable`, { body: {} });
    const disabled = "/versions/2 is disabled; enable it, or name another version";
    expect(await steps.ask("identity", plan)).toMatchObject(missing(disabled));
    await rest(local, `POST ${secrets}/${name}/versions/2:enable`, { body: {} });
    expect(await steps.ask("identity", plan)).toMatchObject({ status: 200 });
    await carryOut(wanted);
    expect(await secretBindings(name)).toMatchObject([{ role: accessor }]);
    await carryOut(wanted, "remove");
    expect((await rest(local, `GET ${secrets}/${name}`)).status).toBe(200);
    expect(await secretBindings(name)).toEqual([]);
  });

  it("leaves an account of somebody else's what it was granted on a secret of the user's", async () => {
    await createAccount("theirs-service", "somebody's own");
    const name = `projects/${testProject}/secrets/their-key`;
    const member = `serviceAccount:${accountEmail(testProject, "theirs-service")}`;
    const grants = [{ role: accessor, members: [member] }];
    const body = { replication: { automatic: {} } };
    await rest(local, `POST ${secrets}/projects/${testProject}/secrets?secretId=their-key`, { body });
    await rest(local, `POST ${secrets}/${name}:setIamPolicy`, { body: { policy: { bindings: grants } } });
    await carryOut(input("theirs", { foreignSecrets: [{ name, grants, uses: [] }] }), "remove");
    expect(await secretBindings(name)).toEqual(grants);
  });

  it("removes grants, secrets and accounts, and is done when there is nothing", async () => {
    const wanted = input("gone");
    await carryOut(wanted);
    const planned = await steps.planRemoval("identity", wanted);
    const { changes } = await carryOut(wanted, "remove");
    expect(changes).toHaveLength(4);
    expect(Object.keys(planned)).toEqual(changes);
    const cost = Object.values(planned).reduce((sum, { costPerDay }) => sum + costPerDay, 0);
    expect(cost).toBeCloseTo((-2 * 0.06) / 30.4);
    expect(await steps.planRemoval("identity", wanted)).toEqual({});
    expect(await rolesOf(wanted.serviceAccount)).toEqual([]);
    expect((await rest(local, `GET ${iam}/${wanted.seedAccount.name}`)).status).toBe(404);
    expect((await carryOut(wanted, "remove")).changes).toEqual([]);
  });
});
