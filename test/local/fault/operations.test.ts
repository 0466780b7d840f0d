import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createArtifactRegistry } from "../../../local/artifactregistry/artifact-registry.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";

const networks = `compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`;
const repositories = `artifactregistry.googleapis.com/v1/projects/${testProject}/locations/us-central1/repositories`;
const format = { format: "DOCKER" };
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createArtifactRegistry, createCompute] });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

const createRepository = (id: string) => operate(local, `POST ${repositories}?repositoryId=${id}`, { body: format });
const insertNetwork = (name: string) =>
  operate(local, `POST ${networks}`, { body: { name, autoCreateSubnetworks: false } });
const endOf = (target: string) =>
  local.journal.entries().findLast((entry) => entry.kind === "operation" && entry.resource?.endsWith(target));

describe("an operation", () => {
  it("ends in the error given, before its effect, after its latency", async () => {
    const { id } = local.faults.add({
      on: "operation",
      match: "artifactregistry.googleapis.com/createRepository",
      effect: { kind: "error", code: "RESOURCE_EXHAUSTED", message: "no room" },
    });
    expect(await createRepository("failed")).toMatchObject({ done: true, error: { code: 8, message: "no room" } });
    expect((await rest(local, `GET ${repositories}/failed`)).status).toBe(404);
    expect(endOf("/failed")).toMatchObject({ event: "end", code: "RESOURCE_EXHAUSTED", fault: id });
  });

  it("ends in the error given although its effect is there", async () => {
    const effect = { kind: "error", code: 500, after: true };
    local.faults.load({ faults: [{ on: "operation", match: "createRepository", effect }] });
    expect(await createRepository("made")).toMatchObject({ error: { code: 13 } });
    expect((await rest(local, `GET ${repositories}/made`)).status).toBe(200);
  });

  it("ends in Compute's own shape, and leaves nothing of what it was to insert", async () => {
    local.faults.add({
      on: "operation",
      match: "network.insert",
      effect: { kind: "error", code: "UNAVAILABLE", reason: "resourceNotReady", message: "not now" },
    });
    expect(await insertNetwork("broken")).toMatchObject({
      status: "DONE",
      httpErrorStatusCode: 503,
      error: { errors: [{ code: "RESOURCE_NOT_READY", message: "not now" }] },
    });
    expect((await rest(local, `GET ${networks}/broken`)).status).toBe(404);
    local.faults.clear();
    expect(await insertNetwork("broken")).toMatchObject({ status: "DONE" });
  });

  it("never ends, however far the clock moves", async () => {
    local.faults.add({
      on: "operation",
      match: "createRepository",
      resource: "*/endless",
      effect: { kind: "never" },
    });
    const { body } = await rest(local, `POST ${repositories}?repositoryId=endless`, { body: format });
    await local.cloud.clock.advance(48 * 3_600_000);
    const { body: seen } = await rest(local, `GET artifactregistry.googleapis.com/v1/${body.name}`);
    expect(seen.done ?? false).toBe(false);
    expect(endOf("/endless")).toMatchObject({ event: "start" });
  });

  it("takes so many times as long, and so much longer", async () => {
    local.faults.add({ on: "operation", match: "network.insert", effect: { kind: "slow", factor: 3, seconds: 3600 } });
    const { body } = await rest(local, `POST ${networks}`, { body: { name: "slow", autoCreateSubnetworks: false } });
    const [record] = local.cloud.operations
      .list("compute.googleapis.com", `projects/${testProject}/global`)
      .filter(({ name }) => name.endsWith(String(body.name)));
    expect((record?.dueTime ?? 0) - (record?.startTime ?? 0)).toBeGreaterThan(3_600_000 + 3 * 5000);
    await local.cloud.clock.advance(2 * 3_600_000);
    const operation = `compute.googleapis.com/compute/v1/projects/${testProject}/global/operations/${body.name}`;
    expect((await rest(local, `GET ${operation}`)).body).toMatchObject({ status: "DONE" });
  });

  it("is met by the caller's e-mail", async () => {
    local.faults.add({
      on: "operation",
      match: "createRepository",
      caller: "someone@*",
      effect: { kind: "error", code: "INTERNAL" },
    });
    expect(await createRepository("for-owner")).toMatchObject({ done: true, response: {} });
    expect(endOf("/for-owner")).toMatchObject({ principal: "owner@example.com", code: "OK" });
  });
});
