import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createAccess, type Decider } from "../../../local/access/policies.ts";
import { anonymous, owner, type Principal, system } from "../../../local/access/principal.ts";
import { Clock } from "../../../local/clock.ts";
import { createProjects, type Projects } from "../../../local/projects.ts";
import { createRandom } from "../../../local/random.ts";
import { createStore, type Store } from "../../../local/store.ts";

const project = "//cloudresourcemanager.googleapis.com/projects/test-project";
const secret = "//secretmanager.googleapis.com/projects/test-project/secrets/s";
const access = "secretmanager.versions.access";
const accessor = "roles/secretmanager.secretAccessor";
const jane: Principal = { kind: "user", email: "jane@example.com" };
const robot: Principal = { kind: "serviceAccount", email: "robot@test-project.iam.gserviceaccount.com", uniqueId: "1" };

let clock: Clock;
let store: Store;
let projects: Projects;
let policies: Decider;

beforeEach(() => {
  clock = new Clock({ pace: "max" });
  clock.pause();
  store = createStore();
  const random = createRandom("test");
  projects = createProjects({ store, random, timestamp: () => clock.timestamp() });
  projects.ensure("test-project");
  const projectOf = (resource: string) => (resource.includes("/buckets/") ? "test-project" : undefined);
  policies = createAccess({ clock, store, random, projects, projectOf });
});
afterEach(() => clock.close());

/** Grants a role and waits until that counts. */
async function grant(resource: string, role: string, member: string, expression?: string): Promise<void> {
  const condition = expression === undefined ? {} : { condition: { title: "limit", expression } };
  policies.setPolicy(resource, { version: 3, bindings: [{ role, members: [member], ...condition }] });
  await clock.advance(600_000);
}

describe("allows", () => {
  it("lets an invoker of workflows answer callbacks, and deploy none", async () => {
    await grant(project, "roles/workflows.invoker", "user:jane@example.com");
    expect(policies.allows(jane, "workflows.callbacks.send", project)).toBe(true);
    expect(policies.allows(jane, "workflows.workflows.create", project)).toBe(false);
  });

  it("lets the owner and the cloud's own machinery do anything, others nothing", () => {
    expect(policies.allows(owner, access, secret)).toBe(true);
    expect(policies.allows(system(), access, secret)).toBe(true);
    expect(policies.allows(jane, access, secret)).toBe(false);
    expect(policies.allows(anonymous, access, secret)).toBe(false);
  });

  it.each([
    ["the resource", secret],
    ["the project", project],
  ])("finds a grant on %s for what lies below", async (_, resource) => {
    await grant(resource, accessor, "user:jane@example.com");
    expect(policies.allows(jane, access, `${secret}/versions/1`)).toBe(true);
    expect(policies.allows(jane, "secretmanager.secrets.delete", secret)).toBe(false);
    expect(policies.allows(robot, access, secret)).toBe(false);
  });

  it("does not take one name for the beginning of another", async () => {
    await grant(secret, accessor, "user:jane@example.com");
    expect(policies.allows(jane, access, `${secret}-other`)).toBe(false);
  });

  it("finds the project of a resource whose name does not say it", async () => {
    await grant(project, "roles/storage.objectViewer", "user:jane@example.com");
    expect(
      policies.allows(jane, "storage.objects.get", "//storage.googleapis.com/projects/_/buckets/b/objects/o"),
    ).toBe(true);
  });

  it.each([
    ["allUsers", anonymous, true],
    ["allUsers", jane, true],
    ["allAuthenticatedUsers", anonymous, false],
    ["allAuthenticatedUsers", jane, true],
  ] as const)("reads %s", async (member, principal, expected) => {
    await grant(secret, accessor, member);
    expect(policies.allows(principal, access, secret)).toBe(expected);
  });

  it("expands custom roles until they are deleted", async () => {
    const name = "projects/test-project/roles/reader";
    store.collection("iam.roles").put(name, { name, includedPermissions: [access] });
    await grant(project, name, "user:jane@example.com");
    expect(policies.allows(jane, access, secret)).toBe(true);
    store.collection("iam.roles").put(name, { name, includedPermissions: [access], deleted: true });
    expect(policies.allows(jane, access, secret)).toBe(false);
  });

  it("keeps editors from policies and secrets", async () => {
    await grant(project, "roles/editor", "user:jane@example.com");
    expect(policies.allows(jane, "secretmanager.secrets.create", project)).toBe(true);
    expect(policies.allows(jane, access, secret)).toBe(false);
    expect(policies.allows(jane, "resourcemanager.projects.setIamPolicy", project)).toBe(false);
  });
});

describe("propagation", () => {
  it("lets a grant count only after a while, and so a removal", async () => {
    policies.setPolicy(secret, { bindings: [{ role: accessor, members: ["user:jane@example.com"] }] });
    expect(policies.allows(jane, access, secret)).toBe(false);
    await clock.advance(600_000);
    expect(policies.allows(jane, access, secret)).toBe(true);
    policies.setPolicy(secret, { bindings: [] });
    expect(policies.allows(jane, access, secret)).toBe(true);
    await clock.advance(600_000);
    expect(policies.allows(jane, access, secret)).toBe(false);
  });

  it("draws the clock", async () => {
    clock.resume();
    const before = clock.now();
    policies.setPolicy(secret, { bindings: [{ role: accessor, members: ["user:jane@example.com"] }] });
    while (!policies.allows(jane, access, secret)) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now() - before).toBeGreaterThan(1000);
  });
});

describe("conditions", () => {
  it.each([
    ["request.time < timestamp('2100-01-01T00:00:00Z')", true],
    ["resource.name == 'projects/test-project/secrets/s'", true],
    ["resource.name == 'projects/test-project/secrets/t'", false],
    ["resource.name.startsWith('projects/test-project/secrets/')", true],
    ["resource.name.startsWith('projects/other/')", false],
    ['request.time >= timestamp("2100-01-01T00:00:00Z")', false],
    ["request.time > timestamp('2000-01-01T00:00:00Z') && request.time < timestamp('2001-01-01T00:00:00Z')", false],
  ])("evaluates %s", async (expression, expected) => {
    await grant(secret, accessor, "user:jane@example.com", expression);
    expect(policies.allows(jane, access, secret)).toBe(expected);
  });

  it("limits the roles that may be granted", async () => {
    const expression = `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['${accessor}'])`;
    await grant(project, "roles/resourcemanager.projectIamAdmin", "user:jane@example.com", expression);
    const present = policies.getPolicy(project).bindings ?? [];
    const asked = (role: string) =>
      policies.decide({
        principal: jane,
        permission: "resourcemanager.projects.setIamPolicy",
        resource: project,
        modifiedRoles: policies.modifiedRoles(project, {
          bindings: [...present, { role, members: ["user:x@example.com"] }],
        }),
      });
    expect(asked(accessor)).toBe(true);
    expect(asked("roles/owner")).toBe(false);
  });

  it("refuses what it does not evaluate", () => {
    const bindings = [
      { role: accessor, members: ["user:jane@example.com"], condition: { expression: "resource.type == 'x'" } },
    ];
    expect(() => policies.setPolicy(secret, { version: 3, bindings })).toThrow(
      expect.objectContaining({ code: "UNIMPLEMENTED" }),
    );
  });

  it("insists on version 3", () => {
    const condition = { expression: "request.time < timestamp('2100-01-01T00:00:00Z')" };
    const bindings = [{ role: accessor, members: ["user:jane@example.com"], condition }];
    expect(() => policies.setPolicy(secret, { version: 1, bindings })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("setPolicy", () => {
  const bindings = [{ role: accessor, members: ["user:jane@example.com"] }];

  it("refuses an etag that is not the present one", () => {
    const { etag } = policies.getPolicy(secret);
    expect(etag).toBe("ACAB");
    const written = policies.setPolicy(secret, { etag, bindings });
    expect(written.etag).not.toBe(etag);
    expect(() => policies.setPolicy(secret, { etag, bindings: [] })).toThrow(
      expect.objectContaining({ code: "ABORTED" }),
    );
    expect(policies.setPolicy(secret, { etag: written.etag, bindings: [] }).bindings).toEqual([]);
  });

  it("merges bindings of one role, and drops empty ones", () => {
    const { bindings: merged } = policies.setPolicy(secret, {
      bindings: [
        ...bindings,
        { role: accessor, members: ["user:joe@example.com", "user:jane@example.com"] },
        { role: "roles/viewer", members: [] },
      ],
    });
    expect(merged).toEqual([{ role: accessor, members: ["user:jane@example.com", "user:joe@example.com"] }]);
  });

  it.each([
    ["a service account that does not exist", "serviceAccount:nobody@test-project.iam.gserviceaccount.com"],
    [
      "a service agent of a project that does not exist",
      "serviceAccount:service-123456789012@gcp-sa-alloydb.iam.gserviceaccount.com",
    ],
    ["a member without a type", "jane@example.com"],
    ["a member of an unknown type", "robot:jane@example.com"],
    ["a user without an e-mail", "user:jane"],
  ])("refuses %s", (_, member) => {
    const refused = () => policies.setPolicy(secret, { bindings: [{ role: accessor, members: [member] }] });
    expect(refused).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("refuses an account until others see it", async () => {
    const visibleAt = clock.now() + 30_000;
    store.collection("iam.serviceAccounts").put(robot.email, { uniqueId: "1", visibleAt });
    const write = () =>
      policies.setPolicy(secret, { bindings: [{ role: accessor, members: [`serviceAccount:${robot.email}`] }] });
    expect(write).toThrow(`Service account ${robot.email} does not exist.`);
    await clock.advance(30_000);
    expect(write).not.toThrow();
  });

  it("knows the service agents of a project by its number", () => {
    const number = projects.find("test-project")?.projectNumber;
    const member = `serviceAccount:service-${number}@gcp-sa-alloydb.iam.gserviceaccount.com`;
    expect(() => policies.setPolicy(secret, { bindings: [{ role: accessor, members: [member] }] })).not.toThrow();
  });

  it("refuses roles that do not exist", () => {
    const refused = () => policies.setPolicy(secret, { bindings: [{ role: "roles/none", members: ["allUsers"] }] });
    expect(refused).toThrow("Role roles/none is not supported for this resource.");
  });
});

describe("renameMember and deletePolicies", () => {
  it("take a deleted account's rights without losing its bindings", async () => {
    store.collection("iam.serviceAccounts").put(robot.email, { uniqueId: "1" });
    await grant(secret, accessor, `serviceAccount:${robot.email}`);
    const deleted = `deleted:serviceAccount:${robot.email}?uid=1`;
    policies.renameMember(`serviceAccount:${robot.email}`, deleted);
    expect(policies.allows(robot, access, secret)).toBe(false);
    expect(policies.getPolicy(secret).bindings).toEqual([{ role: accessor, members: [deleted] }]);
  });

  it("remove the policies of a resource and below, of no other", async () => {
    await grant(secret, accessor, "user:jane@example.com");
    await grant(`${secret}-other`, accessor, "user:jane@example.com");
    policies.deletePolicies(secret);
    expect(policies.allows(jane, access, secret)).toBe(false);
    expect(policies.allows(jane, access, `${secret}-other`)).toBe(true);
  });
});
