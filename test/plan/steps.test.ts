import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type StepName, stepNames } from "../../plan/step.ts";
import { type AccountInput, identityStep, type SecretInput } from "../../plan/steps/identity.ts";
import { steps } from "../../plan/steps.ts";
import { parseSpec } from "../../spec/load.ts";
import { accountEmail, functionId, installationAccountId } from "../../spec/names.ts";
import { edit, exampleText } from "../spec/example.ts";
import { context } from "./context.ts";

const roleOfActors = { service: "serviceAccount", seed: "seedAccount" } as const;

describe("steps", () => {
  it("are all fifteen, in order, a file each", () => {
    expect(steps.map(({ name }) => name)).toEqual([...stepNames]);
    const files = readdirSync("plan/steps").map((file) => `alloyrun-${file.replace(/\.ts$/, "")}`);
    expect(files.sort()).toEqual(stepNames.map(functionId).sort());
  });

  it("need only steps that come before them", () => {
    const late = steps.flatMap(({ name, needs }, index) =>
      needs.filter((need) => stepNames.indexOf(need) >= index).map((need) => `${name} needs ${need}`),
    );
    expect(late).toEqual([]);
  });

  it.each(steps.map((step) => [step.name, step] as const))(
    "%s asks for permissions and not for roles, each once",
    (_name, step) => {
      const { project, operations = [], limited = [] } = step.permissions;
      for (const permission of [...project, ...operations, ...limited.flatMap(({ permissions }) => permissions)])
        expect(permission).toMatch(/^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/);
      expect(new Set(project).size).toBe(project.length);
    },
  );

  it("ask for nothing of AlloyDB and Cloud Run that no call of theirs needs", () => {
    const called = ["alloydb", "run"].map((api) => readFileSync(`google/clients/${api}.ts`, "utf8")).join();
    const asked = steps.flatMap(({ permissions }) => permissions.project.filter(isOfOfficialClient));
    expect(asked.length).toBeGreaterThan(20);
    const uncalled = asked.filter((permission) => !called.includes(`"${methodOf(permission)}"`));
    expect(uncalled.filter((permission) => !neededBeside.has(permission))).toEqual([]);
  });

  it("look at other steps' resources only where they call for it", () => {
    const permissionsOf = (wanted: StepName) => steps.find(({ name }) => name === wanted)?.permissions.project;
    expect(permissionsOf("instance")).not.toContain("alloydb.clusters.get");
    expect(permissionsOf("verify")).toEqual(["logging.logEntries.list", "run.revisions.get"]);
    expect(permissionsOf("egress")?.filter((permission) => permission.startsWith("compute."))).toEqual([
      "compute.subnetworks.get",
      "compute.subnetworks.use",
    ]);
  });

  it("re-read the lock before they change anything, all but verify", () => {
    const without = steps.filter(({ permissions }) => !permissions.bucket?.includes("locks/")).map(({ name }) => name);
    expect(without).toEqual(["verify"]);
  });

  it("keep the passwords from every account of theirs that neither makes nor needs them", () => {
    const readers = steps.filter(({ permissions }) => permissions.secrets || permissions.project.some(isSecretReading));
    expect(readers.map(({ name }) => name)).toEqual(["cluster", "instance", "retire"]);
    // It drops databases as `postgres`, and makes no password.
    expect(readers.at(-1)?.permissions.secrets).toEqual({ admin: ["roles/secretmanager.secretAccessor"] });
  });

  it("grant roles only through identity", () => {
    const changes = "resourcemanager.projects.setIamPolicy";
    const granting = steps.filter(({ permissions: { limited = [] } }) =>
      limited.some(({ permissions }) => permissions.includes(changes)),
    );
    expect(granting.map(({ name }) => name)).toEqual(["identity"]);
  });
});

describe("identityStep", () => {
  const spec = parseSpec(edit("public: true", "secrets: { A: { secret: key, version: 1 } }", exampleText));
  const input = identityStep.input(spec, context);
  if (!input) throw new Error("identity is always wanted");

  it("lets exactly the steps act as an account that declare it", () => {
    for (const [runtime, key] of Object.entries(roleOfActors)) {
      const account: AccountInput = input[key];
      const declared = steps.filter(({ permissions }) => permissions.actAsRuntime?.some((name) => name === runtime));
      expect([...account.actors].sort()).toEqual(declared.map(({ name }) => memberOf(name)).sort());
    }
  });

  it.each(["admin", "application"] as const)("grants exactly the steps on the %s secret that declare it", (kind) => {
    const secret: SecretInput | undefined = kind === "admin" ? input.adminSecret : input.applicationSecret;
    const granted = secret?.grants.flatMap(({ role, members }) => members.map((member) => `${role} ${member}`)) ?? [];
    const declared = steps.flatMap(({ name, permissions }) =>
      (permissions.secrets?.[kind] ?? []).map((role) => `${role} ${memberOf(name)}`),
    );
    expect(granted.filter((grant) => grant.includes(":alloyrun-")).sort()).toEqual(declared.sort());
  });

  it("makes no grant that its conditions do not list", () => {
    const listed = (wanted: string) => identityStep.permissions.limited?.find(({ of }) => of === wanted)?.grants;
    const accounts = [input.serviceAccount, input.seedAccount];
    for (const { role } of accounts.flatMap(({ projectRoles }) => projectRoles))
      expect(listed("grants")).toContain(role);
    const passwords = [input.adminSecret, ...(input.applicationSecret ? [input.applicationSecret] : [])];
    for (const { role } of passwords.flatMap(({ grants }) => grants)) expect(listed("secrets")).toContain(role);
    expect(input.foreignSecrets).not.toEqual([]);
    for (const { role } of input.foreignSecrets.flatMap(({ grants }) => grants)) {
      expect(listed("userSecrets")).toEqual([role]);
    }
    expect(listed("actors")).toEqual(["roles/iam.serviceAccountUser"]);
  });
});

/** What Google checks beside the call's own permission: creating a user that exists, and a job that starts at once. */
const neededBeside: ReadonlySet<string> = new Set(["alloydb.users.update", "run.jobs.run"]);

function isOfOfficialClient(permission: string): boolean {
  return /^(alloydb|run)\./.test(permission);
}

/** `clusters.patch` of `alloydb.clusters.update`. */
function methodOf(permission: string): string {
  return permission.replace(/^\w+\./, "").replace(/\.update$/, ".patch");
}

function memberOf(step: StepName): string {
  return `serviceAccount:${accountEmail("my-project", installationAccountId(step))}`;
}

function isSecretReading(permission: string): boolean {
  return permission === "secretmanager.versions.access";
}
