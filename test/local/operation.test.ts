import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Api, RunOperation, StartOperation } from "../../local/api.ts";
import { Clock } from "../../local/clock.ts";
import { ApiError } from "../../local/error.ts";
import { createJournal } from "../../local/journal.ts";
import { createOperations, type Operations, toLongrunning } from "../../local/operation.ts";
import { createRandom } from "../../local/random.ts";
import { createStore } from "../../local/store.ts";

const host = "alloydb.googleapis.com";
const parent = "projects/p/locations/l";
const start: StartOperation = {
  host,
  parent,
  kind: "work",
  target: `${parent}/clusters/c`,
  latency: "alloydb.cluster.create",
};
let clock: Clock;
let operations: Operations;
let work: RunOperation;

beforeEach(() => {
  clock = new Clock({ pace: "max" });
  work = async ({ latency }) => {
    await latency();
    return { "@type": "type.googleapis.com/google.protobuf.Empty" };
  };
  const api: Api = { host, methods: {}, permissions: {}, operations: { work: (operation) => work(operation) } };
  const gate = { begin: () => undefined };
  const journal = createJournal();
  operations = createOperations({
    ...{ clock, journal, gate, store: createStore(), random: createRandom("test") },
    api: () => api,
  });
});
afterEach(() => clock.close());

/** Waits for the end of an operation on the clock's terms. */
const ended = (name: string) => clock.working((hold) => operations.wait(host, name, 5000, hold));

describe("start", () => {
  it("answers an operation that is not done, before its work begins", () => {
    let began = false;
    work = async () => {
      began = true;
      return {};
    };
    const { name } = operations.start(start);
    expect(name).toMatch(/^projects\/p\/locations\/l\/operations\/operation-/);
    expect(toLongrunning(operations.get(host, name))).toEqual({ name, metadata: undefined });
    expect(began).toBe(false);
  });

  it("ends with the work's response after the drawn latency", async () => {
    const { name, startTime, dueTime } = operations.start(start);
    const done = await ended(name);
    expect(dueTime - startTime).toBeGreaterThan(1000);
    expect(done.endTime).toBeGreaterThanOrEqual(dueTime);
    expect(toLongrunning(done)).toMatchObject({ name, done: true, response: { "@type": expect.any(String) } });
  });

  it("ends with the status of what the work throws", async () => {
    work = () => Promise.reject(new ApiError({ code: "RESOURCE_EXHAUSTED", message: "no capacity" }));
    const { name } = operations.start(start);
    expect(toLongrunning(await ended(name))).toMatchObject({ done: true, error: { code: 8, message: "no capacity" } });
  });

  it("fails an operation of a kind that the API does not have", async () => {
    const { name } = operations.start({ ...start, kind: "unknown" });
    expect(toLongrunning(await ended(name))).toMatchObject({ done: true, error: { code: 13 } });
  });

  it("names operations at the root without a parent", () => {
    expect(operations.start({ ...start, parent: "", id: "acf.1" }).name).toBe("operations/acf.1");
  });

  it("lets the work replace fields of the metadata", async () => {
    work = async ({ annotate }) => {
      annotate({ stage: "half" });
      return {};
    };
    const { name } = operations.start({ ...start, metadata: { verb: "create", stage: "none" } });
    expect((await ended(name)).metadata).toEqual({ verb: "create", stage: "half" });
  });
});

describe("isBusy", () => {
  it("holds for the target and what contains it, until the end", async () => {
    const { name } = operations.start(start);
    expect(operations.isBusy(host, `${parent}/clusters/c`)).toBe(true);
    expect(operations.isBusy(host, parent)).toBe(true);
    expect(operations.isBusy(host, `${parent}/clusters/other`)).toBe(false);
    await ended(name);
    expect(operations.isBusy(host, `${parent}/clusters/c`)).toBe(false);
  });
});

describe("get, list and delete", () => {
  it("know operations by host and parent", async () => {
    const { name } = operations.start(start);
    operations.start({ ...start, parent: "projects/p/locations/other" });
    expect(operations.list(host, parent).map((record) => record.name)).toEqual([name]);
    expect(() => operations.get("run.googleapis.com", name)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    operations.delete(host, name);
    expect(() => operations.get(host, name)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  });
});
