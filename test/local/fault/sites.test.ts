import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { Api } from "../../../local/api.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { PatienceOver } from "../../../local/patience.ts";
import { startTestCloud } from "../../support/local-cloud.ts";

const host = "toy-123.us-central1.run.app";
let visits = 0;
let local: LocalCloud;

/** A service that counts who came, and says so. */
function createToySite(): Api {
  return {
    host: "run.googleapis.com",
    methods: {},
    permissions: {},
    sites: [
      {
        matches: (name) => name === host,
        handle(request, response) {
          visits += 1;
          request.resume().on("end", () => response.writeHead(200, { "x-toy": "1" }).end(`visit ${visits}`));
        },
        async fetch() {
          visits += 1;
          return { status: 200, headers: {}, body: Buffer.from(`visit ${visits}`) };
        },
      },
    ],
  };
}

beforeAll(async () => {
  local = await startTestCloud({ apis: [createToySite] });
}, 60_000);
afterEach(() => {
  local.faults.clear();
  visits = 0;
});
afterAll(() => local.stop());

const visit = () => fetch(`${local.url}/${host}/page?token=none`, { method: "POST", body: "x" });
const visitInside = () =>
  local.cloud.fetch({ method: "GET", url: new URL(`https://${host}/page`), headers: {}, body: Buffer.alloc(0) });

describe("a request to a site", () => {
  it("is noted with its URL, but not its query", async () => {
    expect(await (await visit()).text()).toBe("visit 1");
    await visitInside();
    const entries = local.journal.entries().filter(({ kind }) => kind === "site");
    expect(entries).toMatchObject([
      { host, method: "POST", status: 200, resource: `https://${host}/page`, principal: "anonymous" },
      { host, method: "GET", status: 200 },
    ]);
    expect(JSON.stringify(entries)).not.toContain("token");
  });

  it("is answered with the error given, from outside and inside, and does not reach the service", async () => {
    local.faults.add({
      on: "site",
      match: "https://toy-*/page",
      effect: { kind: "error", code: "UNAVAILABLE", httpStatus: 502, message: "bad gateway" },
    });
    const answer = await visit();
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 502, text: "bad gateway\n" });
    expect(await visitInside()).toMatchObject({ status: 502 });
    expect(visits).toBe(0);
  });

  it("is answered with the error given although the service has done its work", async () => {
    const effect = { kind: "error", code: "INTERNAL", after: true } as const;
    local.faults.add({ on: "site", match: host, effect });
    const answer = await visit();
    expect(answer.status).toBe(500);
    expect(answer.headers.get("x-toy")).toBeNull();
    expect(await answer.text()).toBe("Internal error encountered.\n");
    expect(await visitInside()).toMatchObject({ status: 500 });
    expect(visits).toBe(2);
  });

  it.each([
    { after: false, reached: 0 },
    { after: true, reached: 2 },
  ])("loses its connection, after the service's work: $after", async ({ after, reached }) => {
    local.faults.add({ on: "site", match: host, effect: { kind: "close", after } });
    await expect(visit()).rejects.toThrow("fetch failed");
    await expect(visitInside()).rejects.toThrow("connection was closed");
    expect(visits).toBe(reached);
    expect(local.journal.entries().at(-1)).toMatchObject({ kind: "site", status: 0, code: "UNAVAILABLE" });
  });

  it("is answered late, on the clock", async () => {
    local.faults.add({ on: "site", match: host, effect: { kind: "slow", seconds: 90 } });
    const before = local.cloud.clock.now();
    expect((await visit()).status).toBe(200);
    expect(local.cloud.clock.now() - before).toBeGreaterThanOrEqual(90_000);
  });

  it("is waited for as long as the caller says, on the clock, and draws the clock no further", async () => {
    local.faults.add({ on: "site", match: host, effect: { kind: "timeout" } });
    const before = local.cloud.clock.now();
    const request = { method: "GET", url: new URL(`https://${host}/page`), headers: {}, body: Buffer.alloc(0) };
    await expect(local.cloud.fetch({ ...request, timeoutMs: 20_000 })).rejects.toThrow(PatienceOver);
    await local.cloud.clock.idle();
    const passed = local.cloud.clock.now() - before;
    expect(passed).toBeGreaterThanOrEqual(20_000);
    expect(passed).toBeLessThan(60_000);
  });

  it("is not answered until the caller's patience is over", async () => {
    local.faults.add({ on: "site", match: host, effect: { kind: "timeout" } });
    const before = local.cloud.clock.now();
    await expect(visitInside()).rejects.toThrow("connection was closed");
    expect(local.cloud.clock.now() - before).toBeGreaterThanOrEqual(1_800_000);
  });
});
