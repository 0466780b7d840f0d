import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { openWire, type Wire } from "../gcloud/wire.ts";
import { playStep, providerHeaders } from "./play.ts";

const secrets = "secretmanager.googleapis.com/v1/projects/{project}/secrets";
const replication = { automatic: {} };
let local: LocalCloud;
let wire: Wire;

beforeAll(async () => {
  local = await startTestCloud();
  wire = openWire(local, "patterns-project");
}, 60_000);
afterAll(async () => {
  wire.close();
  await local.stop();
});

const send = (target: string, body?: JsonObject) =>
  wire.send(target.replaceAll("{project}", wire.project), {
    headers: providerHeaders(wire.project),
    ...(body ? { body } : {}),
  });

describe("what the provider looks at in a refusal", () => {
  it("is the reason of an API that is not enabled, which it waits for after enabling it", async () => {
    local.cloud.projects.setUsable(wire.project, "secretmanager.googleapis.com", false);
    const { status, body } = await send(`GET ${secrets}/absent`);
    expect({ status, body }).toMatchObject({
      status: 403,
      body: {
        error: {
          code: 403,
          status: "PERMISSION_DENIED",
          message: expect.stringContaining("has not been used in project"),
          details: expect.arrayContaining([expect.objectContaining({ reason: "SERVICE_DISABLED" })]),
        },
      },
    });
    local.cloud.projects.setUsable(wire.project, "secretmanager.googleapis.com", true);
    expect((await send(`GET ${secrets}/absent`)).status).toBe(404);
  });

  it("is 409 for what is there already, which it says must be imported", async () => {
    await playStep(wire, { send: `POST ${secrets}?secretId=twice`, body: { replication } });
    const { status, body } = await send(`POST ${secrets}?secretId=twice`, { replication });
    expect({ status, body }).toMatchObject({ status: 409, body: { error: { status: "ALREADY_EXISTS" } } });
  });

  it("is 404 for what was removed outside, which it plans to make again, and for a second delete", async () => {
    await playStep(wire, { send: `DELETE ${secrets}/twice` });
    for (const verb of ["GET", "DELETE"]) expect((await send(`${verb} ${secrets}/twice`)).status).toBe(404);
  });

  it.each([
    [429, "RESOURCE_EXHAUSTED"],
    [503, "UNAVAILABLE"],
    [409, "ABORTED"],
  ] as const)("is %d of a moment, after which it sends the same again", async (status, code) => {
    local.faults.add({ on: "call", match: "*.CreateSecret", when: { times: 1 }, effect: { kind: "error", code } });
    expect((await send(`POST ${secrets}?secretId=again`, { replication })).status).toBe(status);
    await playStep(wire, { send: `POST ${secrets}?secretId=again`, body: { replication } });
    await playStep(wire, { send: `DELETE ${secrets}/again` });
  });
});

describe("lists that data sources ask for", () => {
  it.each([
    ["clusters of every region", "alloydb.googleapis.com/v1/projects/{project}/locations/-/clusters"],
    ["functions of every region", "cloudfunctions.googleapis.com/v2/projects/{project}/locations/-/functions"],
    ["connectors of every region", "vpcaccess.googleapis.com/v1/projects/{project}/locations/-/connectors"],
    ["workflows of every region", "workflows.googleapis.com/v1/projects/{project}/locations/-/workflows"],
    ["every subnetwork", "compute.googleapis.com/compute/v1/projects/{project}/aggregated/subnetworks"],
    ["regions", "compute.googleapis.com/compute/v1/projects/{project}/regions"],
    ["zones", "compute.googleapis.com/compute/v1/projects/{project}/zones"],
  ])("answer %s", async (_, address) => {
    expect((await send(`GET ${address}`)).status).toBe(200);
  });
});

describe("a list of Cloud Run", () => {
  it("is of one region only, as its definition says", async () => {
    const { status } = await send("GET run.googleapis.com/v2/projects/{project}/locations/-/services");
    expect(status).toBe(400);
  });
});

describe("the project that is billed", () => {
  it("may be named in a parameter as well", async () => {
    const answer = await send("GET storage.googleapis.com/storage/v1/b?project={project}&userProject={project}");
    expect(answer.status).toBe(200);
  });
});
