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

  it("reads those who have a basic role on a project", async () => {
    policies.setPolicy(project, { bindings: [{ role: "roles/editor", members: ["user:jane@example.com"] }] });
    await grant(secret, accessor, "projectEditor:test-project");
    expect(policies.allows(jane, access, secret)).toBe(true);
    await grant(secret, accessor, "projectViewer:test-project");
    expect(policies.allows(jane, access, secret)).toBe(false);
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
    ["resource.name == 'projects/NUMBER/secrets/s'", true],
    ["resource.name == 'projects/NUMBER/secrets/t'", false],
    ["resource.name.startsWith('projects/NUMBER/secrets/')", true],
    ["resource.name.endsWith('/s') && resource.type == 'secretmanager.googleapis.com/Secret'", true],
    ["resource.type == 'secretmanager.googleapis.com/SecretVersion'", false],
    ["resource.service == 'secretmanager.googleapis.com' || 1 > 2", true],
    ["!(resource.service == 'secretmanager.googleapis.com')", false],
    ["resource.service in ['run.googleapis.com', 'secretmanager.googleapis.com']", true],
    ["resource.name.extract('/secrets/{id}') == 's'", true],
    ["resource.name.extract('projects/{number}/secrets') == 'NUMBER'", true],
    ["resource.name.extract('/versions/{id}/') == ''", true],
    ["request.time.getFullYear() >= 2020 && request.time.getFullYear('Asia/Tokyo') < 3000", true],
    ["request.time.getDayOfWeek('Europe/Berlin') > 6", false],
    ["resource.name.startsWith('projects/other/')", false],
    ['request.time >= timestamp("2100-01-01T00:00:00Z")', false],
    ["request.time > timestamp('2000-01-01T00:00:00Z') && request.time < timestamp('2001-01-01T00:00:00Z')", false],
  ])("evaluates %s", async (expression, expected) => {
    const number = projects.find("test-project")?.projectNumber ?? "";
    await grant(secret, accessor, "user:jane@example.com", expression.replaceAll("NUMBER", number));
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

  it.each([
    ["request.path == '/x'", "UNIMPLEMENTED"],
    ["destination.port == 443", "UNIMPLEMENTED"],
    ["resource.matchTag('env', 'prod')", "UNIMPLEMENTED"],
    ["api.getAttribute('run.googleapis.com/x', '') == ''", "UNIMPLEMENTED"],
    ["request.time < timestamp('2100-01-01T00:00:00Z') + duration('1s')", "UNIMPLEMENTED"],
    ["", "INVALID_ARGUMENT"],
    ["resource.name", "INVALID_ARGUMENT"],
    ["resource.name == 1", "INVALID_ARGUMENT"],
    ["resource.nam == 'x'", "INVALID_ARGUMENT"],
    ["resource.name.startsWith(1)", "INVALID_ARGUMENT"],
    ["resource.name == 'x' &&", "INVALID_ARGUMENT"],
    ["(resource.name == 'x'", "INVALID_ARGUMENT"],
    ["resource.name == 'x' extra", "INVALID_ARGUMENT"],
    ["request.time < timestamp('yesterday')", "INVALID_ARGUMENT"],
    ["request.time.getHours('Nowhere/City') > 1", "INVALID_ARGUMENT"],
    ["resource.name == 'x' # comment", "INVALID_ARGUMENT"],
    [Array.from({ length: 14 }, () => "resource.name == 'x'").join(" || "), "INVALID_ARGUMENT"],
  ])("refuses %p", (expression, code) => {
    const bindings = [{ role: accessor, members: ["user:jane@example.com"], condition: { expression } }];
    const write = () => policies.setPolicy(secret, { version: 3, bindings });
    expect(write).toThrow(expect.objectContaining({ code }));
    expect(policies.getPolicy(secret).etag).toBe("ACAB");
  });

  it("does not let them be lost by who cannot see them", () => {
    const condition = { title: "limit", expression: "request.time < timestamp('2100-01-01T00:00:00Z')" };
    const bindings = [{ role: accessor, members: ["user:jane@example.com"], condition }];
    const { etag } = policies.setPolicy(secret, { version: 3, bindings });
    const write = (version?: number, tag?: string) => () =>
      policies.setPolicy(secret, { version, etag: tag, bindings: [] });
    expect(write(1, etag)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(write(undefined, etag)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(write(3, etag)).not.toThrow();
  });

  it.each([
    ["basic roles", "roles/viewer", "user:jane@example.com"],
    ["everybody", accessor, "allUsers"],
  ])("refuses them on bindings of %s", (_, role, member) => {
    const condition = { expression: "request.time < timestamp('2100-01-01T00:00:00Z')" };
    const write = () => policies.setPolicy(secret, { version: 3, bindings: [{ role, members: [member], condition }] });
    expect(write).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
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

  it("knows the service agents of a project once they have come into being", () => {
    const number = projects.find("test-project")?.projectNumber;
    const email = `service-${number}@gcp-sa-alloydb.iam.gserviceaccount.com`;
    const write = () =>
      policies.setPolicy(secret, { bindings: [{ role: accessor, members: [`serviceAccount:${email}`] }] });
    expect(write).toThrow(`Service account ${email} does not exist.`);
    store.collection("iam.serviceAgents").put(email, { email });
    expect(write).not.toThrow();
  });

  it.each([
    ["that does not exist", secret, "roles/none", "Role roles/none is not supported for this resource."],
    ["of another service", secret, "roles/run.invoker", "Role roles/run.invoker is not supported for this resource."],
    [
      "of another project",
      secret,
      "projects/other-project/roles/r",
      "Role projects/other-project/roles/r is not supported for this resource.",
    ],
    [
      "for buckets on a project",
      project,
      "roles/storage.legacyBucketOwner",
      "Role roles/storage.legacyBucketOwner is not supported for this resource.",
    ],
    ["without a form", secret, "secretAccessor", 'The role name must be in the form "roles/{role}"'],
  ])("refuses a role %s", (_, resource, role, message) => {
    const write = () => policies.setPolicy(resource, { bindings: [{ role, members: ["user:jane@example.com"] }] });
    expect(write).toThrow(message);
  });

  it.each([
    ["an owner who was not invited", "roles/owner", "user:jane@example.com"],
    ["everybody on a project", "roles/viewer", "allUsers"],
  ])("refuses %s", (_, role, member) => {
    const write = () => policies.setPolicy(project, { bindings: [{ role, members: [member] }] });
    expect(write).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("refuses identities of other providers as not served", () => {
    const member = "principal://iam.googleapis.com/locations/global/workforcePools/p/subject/s";
    const write = () => policies.setPolicy(secret, { bindings: [{ role: accessor, members: [member] }] });
    expect(write).toThrow(expect.objectContaining({ code: "UNIMPLEMENTED" }));
  });

  it("holds at most 1,500 members, and 250 groups among them", () => {
    const named = (kind: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${kind}:m${index}@example.com`);
    const write = (members: string[]) => () => policies.setPolicy(secret, { bindings: [{ role: accessor, members }] });
    expect(write(named("user", 1500))).not.toThrow();
    expect(write(named("user", 1501))).toThrow(
      "The number of members in the policy (1,501) is larger than the maximum allowed size 1,500.",
    );
    expect(write(named("group", 250))).not.toThrow();
    expect(write(named("group", 251))).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("knows a member in any case of letters, and by its domain", async () => {
    await grant(secret, accessor, "user:Jane@Example.com");
    expect(policies.getPolicy(secret).bindings).toEqual([{ role: accessor, members: ["user:jane@example.com"] }]);
    expect(policies.allows({ kind: "user", email: "JANE@example.com" }, access, secret)).toBe(true);
    await grant(secret, accessor, "domain:example.com");
    expect(policies.allows(jane, access, secret)).toBe(true);
    expect(policies.allows({ kind: "user", email: "jane@other.com" }, access, secret)).toBe(false);
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
