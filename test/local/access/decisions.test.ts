import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { keyOf, watchDecisions } from "../../end-to-end/support/grants.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const project = `//cloudresourcemanager.googleapis.com/projects/${testProject}`;
const read = `GET cloudresourcemanager.googleapis.com/v3/projects/${testProject}`;
const viewer = { resource: project, role: "roles/viewer" };
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createResourceManager] });
  local.cloud.projects.ensure(testProject);
  const bindings = [
    { role: "roles/viewer", members: ["user:jane@example.com", "user:ann@example.com"] },
    { role: "roles/browser", members: ["user:ann@example.com"] },
  ];
  await rest(local, `${read.replace("GET", "POST")}:setIamPolicy`, { body: { policy: { bindings } } });
  local.cloud.clock.pause();
  await local.cloud.clock.advance(150_000);
  local.cloud.clock.resume();
});
afterAll(() => local.stop());

describe("whoever watches the decisions of a local cloud", () => {
  it("is told the only grant that let a caller through, and who was refused what", async () => {
    const { decisive, refused } = watchDecisions(local);
    expect((await rest(local, read, { as: "user:jane@example.com" })).status).toBe(200);
    expect((await rest(local, read, { as: "user:tom@example.com" })).status).toBe(403);
    expect([...decisive]).toEqual([keyOf({ ...viewer, holder: "jane@example.com" })]);
    expect([...refused]).toEqual([`tom@example.com resourcemanager.projects.get ${project}`]);
  });

  it("is told of no grant as needed where another would do", async () => {
    const { decisive } = watchDecisions(local);
    expect((await rest(local, read, { as: "user:ann@example.com" })).status).toBe(200);
    expect([...decisive]).toEqual([]);
  });
});
