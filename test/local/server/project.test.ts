import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createToySecrets } from "./toy-secrets.ts";

const project = `//cloudresourcemanager.googleapis.com/projects/${testProject}`;
const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
const jane = "user:jane@example.com";
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({
    apis: [createIam, createLogging, createResourceManager, createServiceUsage, createStorage, createToySecrets],
  });
  const roles = ["roles/secretmanager.admin", "roles/viewer"];
  local.cloud.access.setPolicy(project, { bindings: roles.map((role) => ({ role, members: [jane] })) });
  await local.cloud.clock.advance(600_000);
  await rest(local, `POST ${secrets}?secretId=kept`, { body: { replication: { automatic: {} } } });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

describe("a project in which nothing was enabled yet", () => {
  const path = "projects/fresh-project";

  it.each([
    [`GET iam.googleapis.com/v1/${path}/serviceAccounts`],
    [`GET logging.googleapis.com/v2/${path}/logs`],
    [`GET secretmanager.googleapis.com/v1/${path}/secrets/one`],
    ["GET storage.googleapis.com/storage/v1/b?project=fresh-project"],
  ])("answers no %s", async (target) => {
    const refused = await rest(local, target);
    expect(refused.status).toBe(403);
    expect(errorOf(refused).message).toContain("has not been used in project fresh-project before or it is disabled");
  });

  it.each([[`cloudresourcemanager.googleapis.com/v3/${path}`], [`serviceusage.googleapis.com/v1/${path}/services`]])(
    "answers GET %s, through which others are enabled",
    async (target) => {
      expect((await rest(local, `GET ${target}`)).status).toBe(200);
    },
  );
});

describe("a quota project", () => {
  const get = (quotaProject: string, as = jane) =>
    rest(local, `GET ${secrets}/kept`, { as, headers: { "x-goog-user-project": quotaProject } });

  it("may be any that the caller may use, by id or number", async () => {
    const { projectNumber = "" } = local.cloud.projects.find(testProject) ?? {};
    local.cloud.access.setPolicy(project, {
      bindings: ["roles/secretmanager.admin", "roles/serviceusage.serviceUsageConsumer"].map((role) => ({
        role,
        members: [jane],
      })),
    });
    await local.cloud.clock.advance(600_000);
    expect((await get(testProject)).status).toBe(200);
    expect((await get(projectNumber)).status).toBe(200);
  });

  it("must be there", async () => {
    const refused = await get("nobodys-project");
    expect(refused.status).toBe(403);
    expect(errorOf(refused)).toMatchObject({ details: [{ reason: "CONSUMER_INVALID" }] });
    expect(local.cloud.projects.find("nobodys-project")).toBeUndefined();
  });

  it("must be one that the caller may use, however much the caller may do with the resource", async () => {
    const { projectNumber } = local.cloud.projects.ensure("foreign-project");
    const refused = await get("foreign-project");
    expect(refused.status).toBe(403);
    expect(errorOf(refused)).toMatchObject({
      status: "PERMISSION_DENIED",
      details: [
        {
          reason: "USER_PROJECT_DENIED",
          metadata: { service: "secretmanager.googleapis.com", consumer: `projects/${projectNumber}` },
        },
      ],
    });
  });

  it("must have the API enabled too", async () => {
    const refused = await get("foreign-project", "owner");
    expect(errorOf(refused)).toMatchObject({
      details: [{ reason: "SERVICE_DISABLED", metadata: { containerInfo: "foreign-project" } }],
    });
  });

  it("is the one whose quota calls count for", async () => {
    local.cloud.projects.ensure("paying-project");
    local.cloud.projects.setUsable("paying-project", "secretmanager.googleapis.com", true);
    local.faults.addRate({ project: "paying-project", match: "*.GetSecret", perMinute: 1, metric: "Reads" });
    expect((await get("paying-project", "owner")).status).toBe(200);
    expect((await get("paying-project", "owner")).status).toBe(429);
    expect((await get(testProject, "owner")).status).toBe(200);
  });
});

describe("up- and downloads", () => {
  const storage = "storage.googleapis.com";
  const upload = (name: string, headers = {}) =>
    rest(local, `POST ${storage}/upload/storage/v1/b/loads/o?uploadType=media&name=${name}`, { body: "text", headers });

  beforeAll(async () => {
    await rest(local, `POST ${storage}/storage/v1/b?project=${testProject}`, { body: { name: "loads" } });
    expect((await upload("first")).status).toBe(200);
  });

  it.each([
    ["an upload", () => upload("second")],
    ["a download", () => rest(local, `GET ${storage}/storage/v1/b/loads/o/first?alt=media`)],
    ["a download by the object's plain URL", () => rest(local, `GET ${storage}/loads/first`)],
  ])("count against the bucket's project: %s", async (_, load) => {
    expect((await load()).status).toBe(200);
    local.faults.addRate({ project: testProject, match: storage, perMinute: 0, metric: "Requests" });
    expect((await load()).status).toBe(429);
  });

  it("are refused for a project that the caller may not use", async () => {
    const headers = { authorization: `Bearer ${jane}`, "x-goog-user-project": "foreign-project" };
    expect((await upload("third", headers)).status).toBe(403);
    expect((await rest(local, `GET ${storage}/storage/v1/b/loads/o/third`)).status).toBe(404);
  });
});
