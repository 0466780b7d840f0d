import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";

const model = loadModel();
const wire = createWire(model);
const operation = "google.longrunning.Operation";
const roundTrip = (type: string, value: JsonObject) => wire.decode(type, wire.encode(type, value));

describe("createWire", () => {
  it("carries enums, maps, repeated fields, durations and nested messages there and back", () => {
    const cluster = {
      name: "projects/p/locations/l/clusters/c",
      labels: { a: "b" },
      databaseVersion: "POSTGRES_16",
      automatedBackupPolicy: { enabled: false, backupWindow: "3600s" },
      createTime: "2026-01-02T03:04:05.250Z",
    };
    expect(roundTrip("google.cloud.alloydb.v1.Cluster", cluster)).toEqual(cluster);
  });

  it("carries what an Any holds, of known types and well-known ones", () => {
    const value = {
      name: "operations/1",
      done: true,
      metadata: { "@type": "type.googleapis.com/google.cloud.alloydb.v1.OperationMetadata", verb: "create" },
      response: { "@type": "type.googleapis.com/google.protobuf.Empty" },
    };
    expect(roundTrip(operation, value)).toEqual(value);
    const error = {
      code: 3,
      message: "m",
      details: [{ "@type": "type.googleapis.com/google.protobuf.Duration", value: "1.500s" }],
    };
    expect(roundTrip("google.rpc.Status", error)).toEqual(error);
  });

  it("carries field masks in the spelling of each side", () => {
    const request = { updateMask: "labels,topicsExpiry.ttl" };
    expect(roundTrip("google.cloud.secretmanager.v1.UpdateSecretRequest", request)).toEqual(request);
  });

  it("carries any JSON as a Struct", () => {
    const json = fc.jsonValue().map((value) => ({ entries: [{ jsonPayload: { value: value as Json } }] }));
    fc.assert(
      fc.property(json, (request) => {
        expect(JSON.stringify(roundTrip("google.logging.v2.WriteLogEntriesRequest", request))).toBe(
          JSON.stringify(request),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each(["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "2026-01-01T00:00:00.000001Z"])(
    "keeps %s to the nanosecond",
    (createTime) => {
      expect(roundTrip("google.cloud.alloydb.v1.Cluster", { createTime })).toEqual({ createTime });
    },
  );

  it.each(["-1.500s", "0.000000001s", "315576000000s"])("keeps a duration of %s", (backupWindow) => {
    const value = { automatedBackupPolicy: { backupWindow } };
    expect(roundTrip("google.cloud.alloydb.v1.Cluster", value)).toEqual(value);
  });

  it("can build every message of the model", () => {
    for (const type of Object.keys(model.messages)) expect(() => wire.encode(type, {})).not.toThrow();
  }, 60_000);
});
