import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { runInNewContext } from "node:vm";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { answerLink } from "../../../functions/hook/answer-link.ts";
import type { LinkClients } from "../../../functions/hook/link.ts";
import { tokenOf } from "../../../functions/link.ts";
import { createMemorySecrets } from "../../support/memory-secrets.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { approval, changesHash, digest, linkOf, request } from "./question.ts";

const key = "k".repeat(43);
let clients: LinkClients;
let storage: MemoryStorage;
let forwarded: { readonly url: string; readonly body: object }[];
const logged: string[] = [];
let answer: { status: number; body: string };

http("links", (incoming, response) =>
  answerLink({ request: incoming, response, log: (_severity, message) => void logged.push(message), clients }),
);

describe("answerLink", () => {
  const server = getTestServer("links");
  let url: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  beforeEach(async () => {
    storage = createMemoryStorage();
    forwarded = [];
    answer = { status: 200, body: "{}" };
    clients = {
      storage,
      secretManager: createMemorySecrets({ "projects/p/secrets/alloyrun-link-key": [key] }),
      installation: { project: "p", projectNumber: "1", region: "r", bucket: "b" },
      site: {
        async post(sent) {
          forwarded.push({ url: sent.url, body: sent.body });
          return answer;
        },
      },
    };
    await put(`approvals/${approval.id}.json`, approval);
    await put(`requests/${approval.run}.json`, request);
    await put(`plans/${changesHash}.json`, digest);
  });

  const put = (object: string, content: object) =>
    storage.write({ bucket: "b", object, content: JSON.stringify(content), contentType: "application/json" });

  async function visit(token: string, form: Readonly<Record<string, string>> = {}) {
    const body = new URLSearchParams({ token, ...form });
    const response = await fetch(`${url}/a`, { method: "POST", body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  const token = tokenOf(linkOf, key);

  it("answers whoever follows a link the same, reads nothing for it, and has a browser post what it does not send", async () => {
    clients = { ...clients, storage: { readText: () => Promise.reject(new Error("not to be read")) } };
    const page = await fetch(`${url}/a#${token}`);
    const text = await page.text();
    expect([page.status, text]).toEqual([200, expect.stringContaining("Paste the whole link")]);
    expect(text).not.toContain(token);
    const script = /<script>([^<]*)<\/script>/.exec(text)?.[1] ?? "";
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain(`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    let posted = 0;
    const form = { token: { value: "" }, submit: () => ++posted };
    runInNewContext(script, { location: { hash: `#${token}` }, document: { forms: [form] } });
    expect([form.token.value, posted]).toEqual([token, 1]);
    runInNewContext(script, { location: { hash: "" }, document: { forms: [form] } });
    expect(posted).toBe(1);
  });

  it("takes the whole link of who pastes it", async () => {
    expect((await visit(` https://alloyrun-hook-1.r.run.app/a#${token} `)).text).toContain("Approve rebuild (data)");
  });

  it("keeps the token out of every line of the log", async () => {
    await visit(token, { decision: "approve" });
    clients = { ...clients, storage: { readText: () => Promise.reject(new Error("broken")) } };
    await visit(token);
    expect(logged.length).toBeGreaterThan(1);
    expect(logged.join("\n")).not.toContain(token.slice(0, 20));
  });

  it("shows what is asked, why, by whom and until when, and decides nothing", async () => {
    const { status, text } = await visit(token);
    expect(status).toBe(200);
    for (const fact of [
      "Approve rebuild (data) of staging?",
      "20.00 → <strong>31.50</strong> USD, list prices of asia-northeast1, 2025-04",
      "<li>template.scaling.maxInstanceCount: 10 → &#60;11&#62;</li>",
      "12 minutes",
      "rows are lost",
      "eve@example.com, through alloyrun-hook@p.iam.gserviceaccount.com; also zoe@example.com, ticket CHG0030123",
      "2026-01-08 00:00 UTC",
      "ann@example.com",
    ]) {
      expect(text).toContain(fact);
    }
    expect(forwarded).toEqual([]);
  });

  it("says by whose schedule it is asked", async () => {
    const scheduler = "alloyrun-scheduler@p.iam.gserviceaccount.com";
    await put(`approvals/${approval.id}.json`, { ...approval, requesters: [scheduler, "eve@example.com"] });
    await put(`requests/${approval.run}.json`, { run: "run-1", action: "rebuild", requestedBy: scheduler });
    expect((await visit(token)).text).toContain(`${scheduler}, by the schedule of eve@example.com`);
  });

  it("says what both clusters cost while they stand", async () => {
    const added = digest.changes.map((change) => ({ ...change, effects: { ...change.effects, costPerDay: 11.5 } }));
    await put(`plans/${changesHash}.json`, { ...digest, level: "all", changes: added });
    expect((await visit(token)).text).toContain("<dt>Cost meanwhile</dt><dd>54.50 USD a day: both clusters stand");
    await put(`plans/${changesHash}.json`, { ...digest, changes: added });
    expect((await visit(token)).text).not.toContain("Cost meanwhile");
  });

  it.each([
    [0, "none"],
    [60, "about 1 minute"],
    [61, "about 2 minutes"],
  ])("says of %i seconds that it takes %s", async (expectedSeconds, time) => {
    await put(`plans/${changesHash}.json`, { ...digest, effects: { ...digest.effects, expectedSeconds } });
    expect((await visit(token)).text).toContain(`<dt>Takes</dt><dd>${time}</dd>`);
  });

  it("says what it costs in all until it expires, or that no end is set, and what moved since it was asked before", async () => {
    await put(`approvals/${approval.id}.json`, { ...approval, lifeSeconds: 72 * 3600, moved: ["now: create <x>"] });
    const { text } = await visit(token);
    expect(text).toContain("<strong>94.50</strong> USD in 3 days, when it expires");
    expect(text).toContain("<dt>Asked before; since then</dt><dd><ul><li>now: create &#60;x&#62;</li></ul></dd>");
    await put(`approvals/${approval.id}.json`, { ...approval, lifeSeconds: null });
    const kept = (await visit(token)).text;
    expect(kept).toContain("<dt>Cost in all</dt><dd>that every day: no end is set</dd>");
    expect(kept).not.toContain("Asked before");
  });

  it("takes a reason with an approval, and none", async () => {
    await visit(token, { decision: "approve", reason: " the demo is paid for " });
    await visit(token, { decision: "approve", reason: "  " });
    expect(forwarded.map(({ body }) => body)).toEqual([
      { by: "ann@example.com", changesHash, reason: "the demo is paid for" },
      { by: "ann@example.com", changesHash },
    ]);
  });

  it("runs no script, loads nothing and is kept nowhere; what people wrote is text", async () => {
    const { text, headers } = await visit(token);
    expect(text).toContain("&#60;script&#62;alert(1)&#60;/script&#62; the demo");
    expect(text).not.toMatch(/<script|<img|https?:\/\/|\son\w+=/);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    expect([headers.get("cache-control"), headers.get("referrer-policy")]).toEqual(["no-store", "no-referrer"]);
  });

  it("approves through the request function, in the name of whom the link is for", async () => {
    const { status, text } = await visit(token, { decision: "approve" });
    expect([status, text]).toEqual([200, expect.stringContaining("was approved")]);
    expect(forwarded).toEqual([
      {
        url: `https://alloyrun-request-1.r.run.app/v1/approvals/${approval.id}:approve`,
        body: { by: "ann@example.com", changesHash, reason: undefined },
      },
    ]);
  });

  it("rejects with a reason only", async () => {
    expect((await visit(token, { decision: "reject", reason: "  " })).status).toBe(400);
    expect(forwarded).toEqual([]);
    expect((await visit(token, { decision: "reject", reason: "not this week" })).status).toBe(200);
    expect(forwarded).toMatchObject([{ body: { reason: "not this week" } }]);
  });

  it("says why the request function refuses", async () => {
    answer = { status: 403, body: JSON.stringify({ detail: "ann@example.com is not among the approvers" }) };
    const { status, text } = await visit(token, { decision: "approve" });
    expect([status, text]).toEqual([409, expect.stringContaining("is not among the approvers")]);
  });

  it("is used up once it is decided, by whomever", async () => {
    const decision = { state: "rejected", by: "bob@example.com", reason: "too dear", at: "2026-01-01T00:00:00Z" };
    await put(`approvals/${approval.id}.json`, { ...approval, decision });
    for (const form of [undefined, { decision: "approve" }]) {
      const { status, text } = await visit(token, form);
      expect([status, text]).toEqual([410, expect.stringContaining("By bob@example.com: too dear")]);
    }
    expect(forwarded).toEqual([]);
  });

  it("wakes the execution again for whoever repeats a decision of their own", async () => {
    const decision = { state: "approved", by: "ann@example.com", at: "2026-01-01T00:00:00Z" };
    await put(`approvals/${approval.id}.json`, { ...approval, decision });
    expect((await visit(token, { decision: "approve" })).status).toBe(410);
    expect(forwarded).toHaveLength(1);
  });

  it("says that it is too late", async () => {
    await put(`approvals/${approval.id}.json`, { ...approval, expiresAt: approval.askedAt - 1 });
    const { status, text } = await visit(token, { decision: "approve" });
    expect([status, text]).toEqual([410, expect.stringContaining("has expired")]);
    expect(forwarded).toEqual([]);
  });

  it("says that nobody waits for it any more", async () => {
    await put(`approvals/${approval.id}.json`, { ...approval, closedAt: "2026-01-01T00:00:00Z" });
    for (const form of [undefined, { decision: "approve" }]) {
      const { status, text } = await visit(token, form);
      expect([status, text]).toEqual([410, expect.stringContaining("it asks anew")]);
    }
    expect(forwarded).toEqual([]);
  });

  it("says of whatever it did not make that it is not valid, and reads nothing for it", async () => {
    const forged = tokenOf(linkOf, "another key");
    clients = { ...clients, storage: { readText: () => Promise.reject(new Error("not to be read")) } };
    for (const wrong of [forged, `${token}x`, token.slice(1), "x", "\u0000", "..", ""]) {
      const { status, text } = await visit(wrong, { decision: "approve" });
      expect([wrong, status, text]).toEqual([wrong, 404, expect.stringContaining("This link is not valid")]);
    }
  });

  it("answers a page, whatever form is posted", async () => {
    const forms = fc.dictionary(fc.constantFrom("decision", "reason", "x", "__proto__", "token[]"), fc.string());
    await fc.assert(
      fc.asyncProperty(forms, async (form) => {
        const { status, text } = await visit(token, form);
        expect("token[]" in form ? [404] : [200, 400]).toContain(status);
        expect(text).toMatch(/^<!doctype html>/);
        expect(text).not.toMatch(/at .+\.ts:\d+/);
      }),
      { numRuns: 50 },
    );
  });

  it("says so when Google does not answer, without words of its own errors", async () => {
    clients = { ...clients, storage: { readText: () => Promise.reject(new Error("broken at x.ts:1")) } };
    const { status, text } = await visit(token);
    expect([status, text]).toEqual([503, expect.not.stringContaining("x.ts")]);
  });
});
