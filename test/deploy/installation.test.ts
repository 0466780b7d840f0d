import { existsSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  hooksCondition,
  installationAccounts,
  installationFunctions,
  limitingCondition,
} from "../../deploy/installation.ts";
import { installationWorkflows } from "../../deploy/workflows.ts";
import { parseCondition } from "../../local/access/condition.ts";
import { installationMembers } from "../../plan/members.ts";
import { stepNames } from "../../plan/step.ts";
import { steps } from "../../plan/steps.ts";

const project = "my-project";
const accounts = installationAccounts(project);
const functions = installationFunctions(project);
const entries = ["request", "plan", "lock", "record", "events", "hook"];

function accountOf(name: string) {
  const account = accounts.find((candidate) => candidate.name === name);
  if (!account) throw new Error(`no account ${name}`);
  return account;
}

describe("installationMembers", () => {
  it("are the accounts that installing makes, all of them", () => {
    const members = accounts.map(({ email }) => `serviceAccount:${email}`);
    expect([...installationMembers(project)].sort()).toEqual(members.sort());
  });
});

describe("hooksCondition", () => {
  it.each([
    ["alloyrun-hook-tickets", true],
    ["alloyrun-hook-password", true],
    ["alloyrun-link-key", false],
    ["alloyrun-hook-admin-password", false],
    ["alloyrun-hook-prod-admin-password", false],
    ["alloyrun-hook-prod-application-password", false],
    ["alloyrun-prod-admin-password", false],
  ])("decides about versions of %s: %s", (id, holds) => {
    const resource = `//secretmanager.googleapis.com/projects/12345/secrets/${id}/versions/1`;
    expect(parseCondition(hooksCondition.expression ?? "")({ now: 0, resource })).toBe(holds);
  });
});

describe("installationAccounts", () => {
  it("gives each step, entry and role an account of its own", () => {
    const roles = ["workflow", "sweep", "scheduler", "push", "build"];
    expect(accounts.map(({ name }) => name)).toEqual([...stepNames, ...entries, ...roles]);
    expect(new Set(accounts.map(({ email }) => email)).size).toBe(accounts.length);
  });

  it.each(accounts)("gives $name an id that IAM takes", ({ email, displayName }) => {
    const [id = "", domain] = email.split("@");
    expect(id).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    expect(domain).toBe(`${project}.iam.gserviceaccount.com`);
    expect(displayName.length).toBeLessThanOrEqual(100);
  });

  it.each(steps)("gives the account of $name what its declaration says, and nothing else", ({ name, permissions }) => {
    const account = accountOf(name);
    expect(account.permissions).toEqual(permissions.project);
    expect(account.limited).toEqual(permissions.limited ?? []);
    expect(account.actAs).toEqual(permissions.actAs ?? []);
    expect(account.bucket).toEqual({ reads: permissions.bucket ?? [] });
    expect(account.readsUploads).toEqual([]);
    expect(account.pushesImages).toBe(false);
  });

  it.each(accounts)("gives $name plain permissions only: no wildcard, no basic role, none twice", (account) => {
    const limited = account.limited.flatMap(({ permissions }) => permissions);
    for (const permission of [...account.permissions, ...limited])
      expect(permission).toMatch(/^[a-z]+(\.[a-zA-Z]+){2,3}$/);
    expect(new Set(account.permissions).size).toBe(account.permissions.length);
    expect(account.permissions.filter((permission) => limited.includes(permission))).toEqual([]);
    for (const role of account.limited.flatMap(({ grants = [] }) => grants)) {
      expect(role).not.toMatch(/\*|roles\/(owner|editor|viewer)$|[aA]dmin$|TokenCreator$/);
    }
  });

  it("lets nobody change a policy except for roles that are listed, ten at most, as Google counts", () => {
    expect(accounts.flatMap(({ permissions }) => permissions.filter(setsPolicy))).toEqual([]);
    const changing = accounts.flatMap(({ name, limited }) =>
      limited.filter(({ permissions }) => permissions.some(setsPolicy)).map((one) => [name, one] as const),
    );
    for (const [, { grants = [] }] of changing) {
      expect(grants.length).toBeGreaterThan(0);
      expect(grants.length).toBeLessThanOrEqual(10);
    }
    expect(changing.map(([name, { of }]) => `${name} ${of}`)).toEqual([
      ...["identity grants", "identity actors", "identity secrets", "identity userSecrets"],
      ...["service invokers", "traffic invokers"],
    ]);
  });

  it("lets the workflow read what the steps' operations are, and change nothing but logs and topics", () => {
    const polled = steps.flatMap(({ permissions }) => permissions.operations ?? []);
    const { permissions } = accountOf("workflow");
    for (const permission of polled) expect(permissions).toContain(permission);
    expect(permissions.filter((permission) => !/\.(get|list)$/.test(permission))).toEqual([
      "logging.logEntries.create",
      "pubsub.topics.publish",
    ]);
  });

  it("lets only the accounts of the entries write to the bucket", () => {
    const writers = accounts.filter(({ bucket }) => bucket.writes ?? bucket.adds ?? bucket.removes);
    expect(writers.map(({ name }) => name)).toEqual(["request", "plan", "lock", "record"]);
  });

  it("lets the public door write nothing and call nothing of Google's", () => {
    const { permissions, limited, actAs, bucket } = accountOf("hook");
    expect([permissions, limited, actAs, Object.keys(bucket)]).toEqual([[], [], [], ["reads", "lists"]]);
  });

  it.each(accounts)(
    "gives $name a bucket's folders only, and each in one way",
    ({ bucket: { lists: _, ...access } }) => {
      const prefixes = Object.values(access).flat();
      for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]+\/$/);
      expect(new Set(prefixes).size).toBe(prefixes.length);
    },
  );

  it("lets only the request function start executions", () => {
    const starters = accounts.filter(({ permissions }) => permissions.includes("workflows.executions.create"));
    expect(starters.map(({ name }) => name)).toEqual(["request"]);
  });

  it("lets an account act only as accounts that exist", () => {
    for (const { actAs } of accounts) for (const name of actAs) expect(accountOf(name).name).toBe(name);
  });
});

describe("installationFunctions", () => {
  it("makes one function of each step and entry, each running as its own account", () => {
    expect(functions).toHaveLength(stepNames.length + entries.length);
    expect(new Set(functions.map(({ id }) => id)).size).toBe(functions.length);
    expect(functions.map(({ account }) => account)).toEqual(
      [...stepNames, ...entries].map((name) => accountOf(name).email),
    );
  });

  it.each(functions)("gives $id an id that Cloud Functions and Cloud Run take, and a source that exists", (each) => {
    expect(each.id).toMatch(/^alloyrun-[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(each.id.length).toBeLessThanOrEqual(49);
    expect(existsSync(each.entry)).toBe(true);
  });

  it("lets the workflow call steps and its own entries, and others only what they bring messages to", () => {
    const others: Readonly<Record<string, readonly string[]>> = {
      "alloyrun-request": ["sweep", "scheduler", "push", "hook"],
      "alloyrun-events": ["push"],
      "alloyrun-hook": [],
    };
    for (const { id, invokers } of functions) expect(invokers).toEqual(others[id] ?? ["workflow"]);
  });

  it("opens one function to anybody", () => {
    expect(functions.filter(({ isPublic }) => isPublic).map(({ id }) => id)).toEqual(["alloyrun-hook"]);
  });
});

describe("installationWorkflows", () => {
  it.each(installationWorkflows)("runs $id from a definition that exists, as an account that exists", (workflow) => {
    expect(existsSync(`workflows/${workflow.source}`)).toBe(true);
    expect(accountOf(workflow.account).name).toBe(workflow.account);
  });
});

describe("limitingCondition", () => {
  const only =
    "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/a.one', 'roles/b.two'])";
  const limited = { permissions: [], grants: ["roles/a.one", "roles/b.two"] };

  it("lists exactly the roles, in the form that Google documents", () => {
    expect(limitingCondition({ of: "grants", ...limited }).expression).toBe(only);
  });

  it("names the secrets beside, as far as conditions see names", () => {
    const id = 'resource.name.extract("/secrets/{id}")';
    const passwords = limitingCondition({ of: "secrets", ...limited, secrets: "passwords" });
    expect(passwords.expression).toBe(
      `${id}.startsWith("alloyrun-") && ` +
        `(resource.name.endsWith("-admin-password") || resource.name.endsWith("-application-password")) && ${only}`,
    );
    const users = limitingCondition({ of: "userSecrets", ...limited, secrets: "users" });
    expect(users.expression).toBe(`${id} != "" && !${id}.startsWith("alloyrun-") && ${only}`);
  });
});

function setsPolicy(permission: string): boolean {
  return permission.endsWith(".setIamPolicy");
}
