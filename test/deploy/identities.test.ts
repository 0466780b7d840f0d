import { describe, expect, it } from "@jest/globals";
import { ensureIdentities, type IdentityClients, planIdentities } from "../../deploy/identities.ts";
import { installationAccounts, limitedRoleName, limitingCondition } from "../../deploy/installation.ts";
import type { ServiceAccount } from "../../google/clients/iam.ts";
import type { CustomRole } from "../../google/clients/iam-roles.ts";
import type { Binding, Policy } from "../../google/policy.ts";

const project = "my-project";
const target = { project, projectNumber: "12345", region: "us-central1" };
const accounts = installationAccounts(project);

interface Iam extends IdentityClients {
  readonly accounts: Map<string, ServiceAccount>;
  readonly held: Map<string, CustomRole>;
  readonly policies: Map<string, Policy>;
  /** Calls that changed something. */
  readonly writes: string[];
}

/** Accounts, roles and policies of one project, in memory. */
function iamInMemory(projectPolicy: Policy = {}): Iam {
  const held = new Map<string, CustomRole>();
  const existing = new Map<string, ServiceAccount>();
  const policies = new Map<string, Policy>([[project, projectPolicy]]);
  const writes: string[] = [];
  const write =
    <Value>(map: Map<string, Value>, verb: string) =>
    async (name: string, value: Value) => {
      writes.push(`${verb} ${name}`);
      map.set(name, value);
      return value;
    };
  const getPolicy = async (name: string) => policies.get(name) ?? {};
  return {
    ...{ accounts: existing, held, policies, writes },
    iam: {
      getAccount: async (name) => existing.get(name),
      createAccount: write(existing, "create"),
      async enableAccount(name) {
        await write(existing, "enable")(name, { ...existing.get(name), disabled: false });
      },
      getAccountPolicy: getPolicy,
      setAccountPolicy: write(policies, "set policy of"),
    },
    roles: {
      getRole: async (name) => held.get(name),
      listRoles: async () => [...held].map(([name, role]) => ({ ...role, name })).filter(({ deleted }) => !deleted),
      createRole: write(held, "create"),
      patchRole: write(held, "patch"),
      undeleteRole: async (name) => write(held, "undelete")(name, { ...held.get(name), deleted: false }),
    },
    resourceManager: {
      getProjectPolicy: getPolicy,
      setProjectPolicy: write(policies, "set policy of"),
    },
  };
}

function bindingsOf(iam: Iam): readonly Binding[] {
  return iam.policies.get(project)?.bindings ?? [];
}

describe("ensureIdentities", () => {
  it("makes every account and binds each to roles of its own alone", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    expect([...iam.accounts.keys()].sort()).toEqual(
      accounts.map(({ email }) => `projects/${project}/serviceAccounts/${email}`).sort(),
    );
    for (const { role, members } of bindingsOf(iam)) {
      expect(members).toHaveLength(1);
      expect(role).toMatch(
        /^projects\/my-project\/roles\/alloyrun_[a-zA-Z]+(_grants|_actors|_secrets|_userSecrets|_invokers|_uploads|_hooks|_linkKey)?$/,
      );
    }
  });

  it("leaves an account of the name that it did not make as it is, and grants nothing", async () => {
    const iam = iamInMemory();
    const name = `projects/${project}/serviceAccounts/${accounts[0]?.email}`;
    iam.accounts.set(name, { name, description: "somebody's" });
    await expect(ensureIdentities(iam, target, accounts)).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      resource: name,
      message: expect.stringContaining("was not made by the installation my-project-alloyrun"),
    });
    expect(iam.writes.filter((write) => !write.startsWith("create projects/my-project/serviceAccounts/"))).toEqual([]);
    expect(iam.accounts.get(name)?.description).toBe("somebody's");
  });

  it("lets an account work again that somebody disabled", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const name = `projects/${project}/serviceAccounts/${accounts[0]?.email}`;
    iam.accounts.set(name, { ...iam.accounts.get(name), disabled: true });
    iam.writes.length = 0;
    await ensureIdentities(iam, target, accounts);
    expect(iam.writes).toEqual([`enable ${name}`]);
    expect(iam.accounts.get(name)?.disabled).toBe(false);
  });

  it("takes back what an earlier version let an account act as, and nothing that people granted", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const name = `projects/${project}/serviceAccounts/${accounts.find(({ actAs }) => actAs.length === 0)?.email}`;
    const outdated = `serviceAccount:${accounts.at(-1)?.email}`;
    const role = "roles/iam.serviceAccountUser";
    const wanted = iam.policies.get(name)?.bindings ?? [];
    const foreign = { role: "roles/iam.serviceAccountTokenCreator", members: ["user:ann@example.com"] };
    iam.policies.set(name, {
      bindings: [...wanted, foreign, { role, members: [outdated, "allUsers", "user:ann@example.com"] }],
    });
    await ensureIdentities(iam, target, accounts);
    expect(iam.policies.get(name)?.bindings).toEqual([...wanted, foreign, { role, members: ["user:ann@example.com"] }]);
  });

  it("lets the build account read uploaded sources of this project and region, and no other object", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const readers = bindingsOf(iam).filter(({ role }) =>
      iam.held.get(role)?.includedPermissions?.some((permission) => permission.startsWith("storage.")),
    );
    expect(readers.map(({ members, condition }) => [members, condition?.expression])).toEqual(
      ["uploads", "sources"].map((kind) => [
        [`serviceAccount:alloyrun-build@${project}.iam.gserviceaccount.com`],
        `resource.name.startsWith("projects/_/buckets/gcf-v2-${kind}-12345-us-central1")`,
      ]),
    );
  });

  it("opens the secrets of webhooks and links to the two functions for those, and no other secret", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const users = bindingsOf(iam).flatMap(({ role, members, condition }) => {
      const permissions = iam.held.get(role)?.includedPermissions ?? [];
      const isOfSecrets = permissions.some((permission) => permission.startsWith("secretmanager.versions."));
      const isOfEntry = /alloyrun_(events|hook)_/.test(role);
      const name = members?.[0]?.replace(/^serviceAccount:alloyrun-|@.*/g, "");
      return isOfSecrets && isOfEntry ? [[name, permissions, condition?.expression]] : [];
    });
    const id = 'resource.name.extract("/secrets/{id}")';
    const whole = 'resource.name.extract("/secrets/{id}/versions/")';
    const hooks = [
      `${id}.startsWith("alloyrun-hook-")`,
      ...["admin", "application"].map((whose) => `!${whole}.endsWith("-${whose}-password")`),
    ].join(" && ");
    const linkKey = `${id} == "alloyrun-link-key" || ${id}.startsWith("alloyrun-link-key/")`;
    const [access, add] = ["secretmanager.versions.access", "secretmanager.versions.add"];
    expect(users).toEqual([
      ["events", [access], hooks],
      ["events", [access, add], linkKey],
      ["hook", [access], hooks],
      ["hook", [access], linkKey],
    ]);
  });

  it("gives each account exactly the permissions that it declares", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    for (const { email, permissions, limited } of accounts) {
      const own = bindingsOf(iam).filter(({ members }) => members?.includes(`serviceAccount:${email}`));
      const roles = own.filter(({ role }) => !/_(uploads|hooks|linkKey)$/.test(role));
      const held = roles.flatMap(({ role }) => iam.held.get(role)?.includedPermissions ?? []);
      expect(held.sort()).toEqual([...permissions, ...limited.flatMap((one) => one.permissions)].sort());
    }
  });

  it("hands out the change of policies only under the condition that lists the roles", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const permissionsOf = (role: string) => iam.held.get(role)?.includedPermissions ?? [];
    const powerful = bindingsOf(iam).filter(({ role }) =>
      permissionsOf(role).some((one) => /\.setIamPolicy$/.test(one)),
    );
    const wanted = accounts.flatMap(({ name, limited }) =>
      limited.map((one) => [limitedRoleName(project, name, one.of), one.permissions, limitingCondition(one)]),
    );
    expect(powerful.map(({ role, condition }) => [role, permissionsOf(role), condition])).toEqual(wanted);
  });

  it("lets an account act as another only where that is declared", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    for (const { name, email } of accounts) {
      const actors = accounts
        .filter(({ actAs }) => actAs.includes(name))
        .map((actor) => `serviceAccount:${actor.email}`);
      const policy = iam.policies.get(`projects/${project}/serviceAccounts/${email}`);
      expect(policy?.bindings ?? []).toEqual(
        actors.length > 0 ? [{ role: "roles/iam.serviceAccountUser", members: actors }] : [],
      );
    }
  });

  it("changes nothing the second time", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    iam.writes.length = 0;
    await ensureIdentities(iam, target, accounts);
    expect(iam.writes).toEqual([]);
  });

  it("brings back a role that was deleted, and permissions that somebody changed", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const [deleted, changed] = ["network", "image"].map((name) => `projects/${project}/roles/alloyrun_${name}`);
    iam.held.set(deleted ?? "", { ...iam.held.get(deleted ?? ""), deleted: true });
    iam.held.set(changed ?? "", { ...iam.held.get(changed ?? ""), includedPermissions: ["iam.roles.create"] });
    iam.writes.length = 0;
    await ensureIdentities(iam, target, accounts);
    expect(iam.writes.sort()).toEqual([`patch ${changed}`, `undelete ${deleted}`]);
    const image = accounts.find(({ name }) => name === "image");
    expect(iam.held.get(changed ?? "")?.includedPermissions).toEqual(image?.permissions);
  });

  it("gives the roles of an earlier version their mark, deleted ones too, and leaves one of somebody else as it is", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    for (const [name, { description: _, ...role }] of iam.held) iam.held.set(name, role);
    const [deleted, foreign] = ["network", "image"].map((name) => `projects/${project}/roles/alloyrun_${name}`);
    iam.held.set(deleted ?? "", { ...iam.held.get(deleted ?? ""), deleted: true });
    const mark = `alloyrun:${project}-alloyrun`;
    const { changes } = await planIdentities(iam, target, accounts);
    expect(changes.find(({ resource }) => resource === deleted)).toMatchObject({
      ...{ action: "restore", differences: [`~ description: ${mark}`] },
    });
    expect(changes).toHaveLength(iam.held.size);
    await ensureIdentities(iam, target, accounts);
    expect(new Set([...iam.held.values()].map(({ description }) => description))).toEqual(new Set([mark]));
    const somebodys = { title: "Images of our team", includedPermissions: [] };
    iam.held.set(foreign ?? "", somebodys);
    await expect(ensureIdentities(iam, target, accounts)).rejects.toMatchObject({
      ...{ code: "ALREADY_EXISTS", resource: foreign, message: expect.stringContaining(`by the description ${mark}`) },
    });
    expect(iam.held.get(foreign ?? "")).toBe(somebodys);
  });

  it("takes back what somebody else gave one of its accounts on the project, and says so before", async () => {
    const iam = iamInMemory();
    await ensureIdentities(iam, target, accounts);
    const usual = bindingsOf(iam);
    const account = accounts.find(({ name }) => name === "network")?.email;
    const member = `serviceAccount:${account}`;
    const condition = { title: "for now", expression: "request.time < timestamp('2099-01-01T00:00:00Z')" };
    const theirs = { role: "roles/editor", members: ["user:ann@example.com"] };
    const given: Binding[] = [
      { ...theirs, members: [...theirs.members, member] },
      { role: `projects/${project}/roles/somebodys`, members: [member], condition },
    ];
    iam.policies.set(project, { bindings: [...usual, ...given] });
    const { changes } = await planIdentities(iam, target, accounts);
    expect(changes.map(({ differences }) => differences)).toEqual([
      [
        `- roles/editor to ${account}`,
        `- projects/${project}/roles/somebodys to ${account} if ${condition.expression}`,
      ],
    ]);
    await ensureIdentities(iam, target, accounts);
    expect(bindingsOf(iam)).toEqual([...usual, theirs]);
  });

  it("takes back a wider condition of an earlier version, and nothing that is not ours", async () => {
    const member = `serviceAccount:${accounts.find(({ limited }) => limited.length > 0)?.email}`;
    const foreign: Binding[] = [
      { role: "roles/owner", members: ["user:ann@example.com"] },
      { role: `projects/${project}/roles/somebodys`, members: ["serviceAccount:theirs@example.com"] },
      { role: `projects/${project}/roles/alloyrun_networks`, members: ["user:ann@example.com"] },
    ];
    const name = accounts.find(({ limited }) => limited.length > 0)?.name;
    const role = `projects/${project}/roles/alloyrun_${name}_grants`;
    const outdated = {
      role,
      members: [member],
      condition: limitingCondition({ of: "grants", permissions: [], grants: ["roles/editor"] }),
    };
    const iam = iamInMemory({ bindings: [...foreign, outdated] });
    await ensureIdentities(iam, target, accounts);
    const bindings = bindingsOf(iam);
    for (const binding of foreign) expect(bindings).toContainEqual(binding);
    expect(JSON.stringify(bindings)).not.toContain("roles/editor");
    expect(bindings.filter((binding) => binding.role === role)).toHaveLength(1);
  });
});
