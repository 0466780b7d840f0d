import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";

const wire = createWire(loadModel());
const resourceNames = [`projects/${testProject}`];
let local: LocalCloud;
let client: Client;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createLogging] });
  client = new Client(`127.0.0.1:${local.port}`, credentials.createInsecure());
}, 60_000);
afterAll(async () => {
  client.close();
  await local.stop();
});

const write = (text: string, severity = "INFO") =>
  local.cloud.logs.write({
    project: testProject,
    log: "app",
    resource: { type: "global", labels: {} },
    severity,
    text,
  });

function open(token = "owner") {
  const metadata = new Metadata();
  if (token) metadata.set("authorization", `Bearer ${token}`);
  const stream = client.makeBidiStreamRequest<JsonObject, JsonObject>(
    "/google.logging.v2.LoggingServiceV2/TailLogEntries",
    (value) => wire.encode("google.logging.v2.TailLogEntriesRequest", value),
    (bytes) => wire.decode("google.logging.v2.TailLogEntriesResponse", bytes),
    metadata,
  );
  const texts: string[] = [];
  let wake = () => {};
  stream.on("data", ({ entries }: JsonObject) => {
    for (const entry of Array.isArray(entries) ? entries : []) {
      texts.push(isJsonObject(entry) ? String(entry.textPayload) : "");
    }
    wake();
  });
  const status = new Promise<number>((resolve) => {
    stream.on("status", ({ code }: { code: number }) => resolve(code));
    stream.on("error", () => undefined);
  });
  const admitted = new Promise<void>((resolve) => stream.on("metadata", () => resolve()));
  const received = async (count: number) => {
    while (texts.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return texts;
  };
  return { stream, status, admitted, received };
}

describe("TailLogEntries", () => {
  it("streams what is written from now on and passes the filter, until the caller is done", async () => {
    write("before");
    const { stream, status, admitted, received } = open();
    stream.write({ resourceNames, filter: "severity>=ERROR" });
    await admitted;
    write("quiet");
    write("loud", "ERROR");
    write("louder", "CRITICAL");
    expect(await received(2)).toEqual(["loud", "louder"]);
    stream.end();
    expect(await status).toBe(0);
  });

  it("holds no clock while it waits", async () => {
    const { stream, admitted } = open();
    stream.write({ resourceNames });
    await admitted;
    await local.cloud.clock.advance(86_400_000);
    stream.cancel();
  });

  it("is admitted and checked like any call", async () => {
    const refused = async (request: JsonObject, token?: string) => {
      const { stream, status } = open(token);
      stream.write(request);
      return await status;
    };
    expect(await refused({ resourceNames }, "user:jane@example.com")).toBe(7);
    expect(await refused({ resourceNames }, "nonsense")).toBe(16);
    expect(await refused({ resourceNames, filter: "severity>=" })).toBe(3);
    expect(await refused({})).toBe(3);
    expect(
      local.journal
        .list()
        .filter(({ method }) => method.endsWith("TailLogEntries"))
        .map(({ code }) => code),
    ).toEqual(expect.arrayContaining(["OK", "PERMISSION_DENIED", "UNAUTHENTICATED", "INVALID_ARGUMENT"]));
  });
});
