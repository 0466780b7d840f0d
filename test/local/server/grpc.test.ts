import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createToySecrets } from "./toy-secrets.ts";

const model = loadModel();
const wire = createWire(model);
const parent = `projects/${testProject}/locations/us-central1`;
const cluster = {
  "@type": "type.googleapis.com/google.cloud.alloydb.v1.Cluster",
  name: `${parent}/clusters/c`,
  state: "READY",
};
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({
    apis: [
      createToySecrets,
      () => ({
        host: "alloydb.googleapis.com",
        methods: {},
        permissions: {},
        operations: { make: async () => cluster },
      }),
      () => ({ host: "run.googleapis.com", methods: {}, permissions: {}, operations: { make: async () => ({}) } }),
    ],
  });
}, 60_000);
afterAll(() => local.stop());

/** Calls a method over plaintext gRPC at the port, under a host name. */
function call(method: string, request: JsonObject, { token = "owner", authority = "" } = {}): Promise<JsonObject> {
  const client = new Client(
    `127.0.0.1:${local.port}`,
    credentials.createInsecure(),
    authority ? { "grpc.default_authority": authority } : {},
  );
  const split = method.lastIndexOf(".");
  const { request: type = "", response = "" } = model.methods[method] ?? {};
  const metadata = new Metadata();
  if (token) metadata.set("authorization", `Bearer ${token}`);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<JsonObject, JsonObject>(
      `/${method.slice(0, split)}/${method.slice(split + 1)}`,
      (value) => wire.encode(type, value),
      (bytes) => wire.decode(response, bytes),
      request,
      metadata,
      (error, value) => {
        client.close();
        if (error) reject(error);
        else resolve(value ?? {});
      },
    );
  });
}

describe("gRPC", () => {
  it("answers an operation with what its Any holds, found by the host's name or by the operation's own", async () => {
    const { name } = local.cloud.operations.start({
      host: "alloydb.googleapis.com",
      parent,
      kind: "make",
      target: cluster.name,
    });
    const get = (authority: string) => call("google.longrunning.Operations.GetOperation", { name }, { authority });
    await call(
      "google.longrunning.Operations.ListOperations",
      { name: parent },
      { authority: "alloydb.googleapis.com" },
    );
    await local.cloud.clock.idle();
    expect(await get("alloydb.googleapis.com")).toEqual({ name, done: true, response: cluster });
    expect(await get("")).toEqual({ name, done: true, response: cluster });
    await expect(get("run.googleapis.com")).rejects.toMatchObject({ code: 5 });
  });

  it("carries the details of a refusal", async () => {
    const refused: ServiceError = await call(
      "google.cloud.secretmanager.v1.SecretManagerService.GetSecret",
      { name: `projects/${testProject}/secrets/s` },
      { token: "user:jane@example.com" },
    ).then(
      () => Promise.reject(new Error("it was not refused")),
      (error: unknown) => error as ServiceError,
    );
    expect(refused).toMatchObject({ code: 7, details: expect.stringContaining("secretmanager.secrets.get") });
    const [details] = refused.metadata.get("grpc-status-details-bin");
    expect(wire.decode("google.rpc.Status", details as Buffer)).toMatchObject({
      code: 7,
      details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "IAM_PERMISSION_DENIED" }],
    });
  });

  it("refuses calls without credentials, and those of methods without a handler", async () => {
    const name = `projects/${testProject}/secrets/s`;
    const method = "google.cloud.secretmanager.v1.SecretManagerService";
    await expect(call(`${method}.GetSecret`, { name }, { token: "" })).rejects.toMatchObject({ code: 16 });
    await expect(call(`${method}.DeleteSecret`, { name })).rejects.toMatchObject({ code: 12 });
  });
});
