import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { member, operate } from "../../support/local-operation.ts";

const parent = `serviceusage.googleapis.com/v1/projects/${testProject}`;
const networks = `GET compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`;
let local: LocalCloud;
let number: string;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createServiceUsage, createCompute] });
  local.cloud.projects.setUsable(testProject, "compute.googleapis.com", false);
  number = local.cloud.projects.ensure(testProject).projectNumber;
});
afterEach(() => local.stop());

describe("enable", () => {
  it("answers an operation whose response is the enabled service, by the project's number", async () => {
    const operation = await operate(local, `POST ${parent}/services/run.googleapis.com:enable`, { body: {} });
    expect(operation).toMatchObject({
      done: true,
      metadata: { resourceNames: [`projects/${number}/services/run.googleapis.com`] },
      response: {
        "@type": "type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse",
        service: {
          name: `projects/${number}/services/run.googleapis.com`,
          parent: `projects/${number}`,
          state: "ENABLED",
        },
      },
    });
  });

  it("answers a finished operation when there is nothing to do", async () => {
    await operate(local, `POST ${parent}/services/run.googleapis.com:enable`, { body: {} });
    const again = await rest(local, `POST ${parent}/services/run.googleapis.com:enable`, { body: {} });
    expect(again.body).toMatchObject({ name: "operations/noop.DONE_OPERATION", done: true });
  });

  it("lets the API be called once that has spread, and not when the operation is done", async () => {
    local.cloud.clock.pause();
    const { body } = await rest(local, `POST ${parent}/services/compute.googleapis.com:enable`, { body: {} });
    const isDone = async () => (await rest(local, `GET serviceusage.googleapis.com/v1/${body.name}`)).body.done;
    while (!(await isDone())) await local.cloud.clock.advance(100);
    const tooEarly = await rest(local, networks);
    expect(tooEarly.status).toBe(403);
    expect(errorOf(tooEarly).details).toMatchObject([{ reason: "SERVICE_DISABLED" }]);
    await local.cloud.clock.advance(90_000 + 180_000);
    expect((await rest(local, networks)).status).toBe(200);
  });

  it("brings the default account of virtual machines and the agents of the service", async () => {
    await operate(local, `POST ${parent}/services/compute.googleapis.com:enable`, { body: {} });
    const { store, clock, access } = local.cloud;
    await clock.advance(60_000);
    const bindings = access.getPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`).bindings;
    expect(bindings).toEqual([
      {
        role: "roles/compute.serviceAgent",
        members: [`serviceAccount:service-${number}@compute-system.iam.gserviceaccount.com`],
      },
      { role: "roles/editor", members: [`serviceAccount:${number}@cloudservices.gserviceaccount.com`] },
    ]);
    expect(store.collection("iam.serviceAccounts").list()).toMatchObject([
      [`${number}-compute@developer.gserviceaccount.com`, { projectId: testProject }],
    ]);
    expect(
      store
        .collection("iam.serviceAgents")
        .list()
        .map(([email]) => email),
    ).toEqual([
      `${number}@cloudservices.gserviceaccount.com`,
      `service-${number}@compute-system.iam.gserviceaccount.com`,
    ]);
  });

  it("refuses services that do not exist", async () => {
    const answer = await rest(local, `POST ${parent}/services/nothing.googleapis.com:enable`, { body: {} });
    expect(answer.status).toBe(403);
    expect(errorOf(answer).message).toBe("Not found or permission denied for service(s): nothing.googleapis.com.");
  });
});

describe("batchEnable", () => {
  it("enables up to twenty services in one operation", async () => {
    const serviceIds = ["run.googleapis.com", "alloydb.googleapis.com"];
    const operation = await operate(local, `POST ${parent}/services:batchEnable`, { body: { serviceIds } });
    expect(member(operation, "response").services).toMatchObject(serviceIds.map((name) => ({ config: { name } })));
    const tooMany = { serviceIds: Array.from({ length: 21 }, () => "run.googleapis.com") };
    expect((await rest(local, `POST ${parent}/services:batchEnable`, { body: tooMany })).status).toBe(400);
  });
});

describe("list", () => {
  it("filters by state and gives pages", async () => {
    const serviceIds = ["run.googleapis.com", "alloydb.googleapis.com", "pubsub.googleapis.com"];
    await operate(local, `POST ${parent}/services:batchEnable`, { body: { serviceIds } });
    const first = await rest(local, `GET ${parent}/services?filter=state:ENABLED&pageSize=2`);
    expect(first.body.services).toMatchObject([
      { config: { name: "alloydb.googleapis.com" } },
      { config: { name: "pubsub.googleapis.com" } },
    ]);
    const token = String(first.body.nextPageToken);
    const second = await rest(local, `GET ${parent}/services?filter=state:ENABLED&pageSize=2&pageToken=${token}`);
    expect(second.body).toMatchObject({ services: [{ config: { name: "run.googleapis.com" } }] });
    expect(second.body.nextPageToken).toBeUndefined();
  });
});

describe("disable", () => {
  it("takes the API away at once", async () => {
    await operate(local, `POST ${parent}/services/compute.googleapis.com:enable`, { body: {} });
    await operate(local, `POST ${parent}/services/compute.googleapis.com:disable`, { body: {} });
    expect((await rest(local, networks)).status).toBe(403);
    const state = await rest(
      local,
      `GET ${parent}/services:batchGet?names=projects/${testProject}/services/compute.googleapis.com`,
    );
    expect(state.body.services).toMatchObject([{ state: "DISABLED" }]);
  });
});

describe("generateServiceIdentity", () => {
  it("gives the same agent however often it is asked", async () => {
    const target = `POST serviceusage.googleapis.com/v1beta1/projects/${testProject}/services/servicenetworking.googleapis.com:generateServiceIdentity`;
    const first = member(await operate(local, target), "response");
    expect(first.email).toBe(`service-${number}@service-networking.iam.gserviceaccount.com`);
    expect(first.uniqueId).toMatch(/^1\d{20}$/);
    expect(member(await operate(local, target), "response")).toEqual(first);
  });

  it("answers with an operation that is done, whose response gcloud reads at once", async () => {
    const target = `POST serviceusage.googleapis.com/v1beta1/projects/${testProject}/services/workflows.googleapis.com:generateServiceIdentity`;
    const { body } = await rest(local, target);
    expect(body).toMatchObject({ done: true, response: { email: expect.stringContaining("gcp-sa-workflows") } });
  });

  it("waits on the clock alone, so that moving it on is enough", async () => {
    const target = `POST serviceusage.googleapis.com/v1beta1/projects/${testProject}/services/eventarc.googleapis.com:generateServiceIdentity`;
    local.cloud.clock.pause();
    let isAnswered = false;
    const asked = rest(local, target).finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) await local.cloud.clock.advance(100);
    local.cloud.clock.resume();
    expect((await asked).body).toMatchObject({ done: true });
  });
});
