import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { encodeAll } from "../../../local/server/grpc-stream.ts";
import { openChangeLog } from "../../../local/state/change-log.ts";
import { createStore } from "../../../local/store.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "alloyrun-stream-"));
  path = join(directory, "changes.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("encodeAll", () => {
  it("gives a response of a stream once the change that it acknowledges is in the log", async () => {
    const store = createStore({ onChange: (change) => log.append(change) });
    const log = openChangeLog({ path, now: () => 1000, entries: () => store.entries() });
    async function* acknowledge(): AsyncGenerator<JsonObject, void> {
      for (const ackId of ["first", "second"]) {
        store.collection("acks").put(ackId, {});
        yield { ackId };
      }
    }
    const told: string[] = [];
    for await (const bytes of encodeAll(acknowledge(), ({ ackId }) => Buffer.from(String(ackId)))) {
      told.push(bytes.toString());
      expect(readFileSync(path, "utf8")).toContain(`["acks","${bytes}",{}]`);
    }
    expect(told).toEqual(["first", "second"]);
    log.close();
  });
});
