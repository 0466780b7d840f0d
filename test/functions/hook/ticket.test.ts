import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { StepError } from "../../../functions/error.ts";
import { toTicketProblem } from "../../../functions/hook/origin.ts";
import { valueAt } from "../../../functions/hook/pointer.ts";
import { type TicketClients, type TicketMessage, takeTicket } from "../../../functions/hook/take.ts";
import { toTicketRequest } from "../../../functions/hook/ticket.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { signatureOf } from "../../../functions/signature.ts";
import type { JsonObject } from "../../../google/json.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";
import { createMemorySecrets } from "../../support/memory-secrets.ts";
import { createMemoryStorage } from "../../support/memory-storage.ts";

const text = `${smallestText}  tickets:
    - name: open
      secret: { secret: alloyrun-hook-tickets, version: 1 }
      key: /number
      fields: { action: /do, reason: /why, timeToLive: /for, requestedBy: /who }
      values: { onBusy: queue }
`;
const [ticket] = parseSpec(text).tickets;
if (!ticket) throw new Error("there is no ticket");
const payload = { number: 17, do: "up", why: " demo ", for: "72h", who: "eve@example.com" };

describe("valueAt", () => {
  it("finds what RFC 6901 finds", () => {
    const document = { foo: ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, list: [{ x: 1 }] };
    const found = ["/foo/0", "/", "/a~1b", "/m~0n", "/list/0/x", "/foo/01", "/foo/2", "/toString", "/foo/length"];
    expect(found.map((pointer) => valueAt(document, pointer))).toEqual([
      "bar",
      0,
      1,
      8,
      1,
      ...Array(4).fill(undefined),
    ]);
  });
});

describe("toTicketRequest", () => {
  it("asks what the spec takes from the payload, and what it says itself", () => {
    expect(toTicketRequest(ticket, "staging", payload)).toMatchObject({
      key: "ticket staging open 17",
      body: {
        ...{ environment: "staging", ticket: "17", action: "up", reason: "demo", timeToLive: "72h", onBusy: "queue" },
        onBehalfOf: "eve@example.com",
      },
    });
  });

  it("leaves out what is missing or empty", () => {
    const { body } = toTicketRequest(ticket, "staging", { ...payload, why: "", for: null });
    expect(body).not.toHaveProperty("reason");
    expect(body).not.toHaveProperty("timeToLive");
  });

  it.each([
    ["ticket", "the ticket's /number: put it there, or name another place by key", { number: undefined }],
    ["onBehalfOf", "the ticket's /who: put it right there, or name another place by fields.requestedBy", { who: " " }],
    ["action", "the ticket's /do: put it right there, or name another place by fields.action", { do: "sweep" }],
    ["reason", "the ticket's /why: ", { why: { nested: true } }],
  ])("refuses a payload whose %s will not do, and tells where it has that and what to do", (field, way, changed) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(way) });
    const ask = () => toTicketRequest(ticket, "staging", { ...payload, ...changed });
    expect(ask).toThrow(refusal);
    expect(ask).toThrow(new RegExp(`^${field} must be .* of the webhook open in the spec's tickets\\)$`));
  });

  it("tells at once all that is wrong, what the request function would refuse as well", () => {
    const all = { number: { nested: 1 }, do: "explode", why: ["x"], for: "3 days", who: "nobody" };
    const refused = (() => {
      try {
        return toTicketRequest(ticket, "staging", all);
      } catch (caught) {
        return caught;
      }
    })();
    const { fields = [] } = toProblem(refused);
    expect(fields.map(({ field }) => field)).toEqual(["ticket", "reason", "action", "timeToLive", "onBehalfOf"]);
    expect(fields.find(({ field }) => field === "timeToLive")?.says).toMatch(/^must be .*the ticket's \/for: /);
  });

  it.each([
    ["timeToLive", payload, "the ticket's /for: "],
    ["onBehalfOf", payload, "the ticket's /who: "],
    ["onBusy", payload, "(values.onBusy of the webhook open in the spec's tickets: put it right there)"],
    ["level", payload, "(no ticket gives it: say it by fields.level or values.level of"],
    ["timeToLive", { ...payload, for: "" }, "the ticket's /for: "],
    ["environment", payload, "(the last but one part of the webhook's address)"],
  ])("tells of a refusal of the request function where %s comes from", (field, its, way) => {
    const { originOf } = toTicketRequest(ticket, "staging", its);
    const problem = {
      title: "BAD_REQUEST",
      status: 400,
      detail: `${field} is wrong`,
      fields: [{ field, says: "is wrong" }],
    };
    const says = expect.stringContaining(way);
    expect(toTicketProblem(problem, originOf)).toMatchObject({
      title: "BAD_REQUEST",
      detail: says,
      fields: [{ field, says }],
    });
    expect(toTicketProblem({ run: "run-1" }, originOf)).toEqual({ run: "run-1" });
  });
});

describe("takeTicket", () => {
  const storage = createMemoryStorage();
  void storage.write({ bucket: "b", object: "specs/staging.yaml", content: text, contentType: "application/yaml" });
  const secret = "s".repeat(32);
  const secretManager = createMemorySecrets({ "projects/p/secrets/alloyrun-hook-tickets": [secret] });
  const clients: TicketClients = { storage, secretManager, installation: { project: "p", bucket: "b" } };
  const now = Date.parse("2026-01-01T00:00:00Z") / 1000;
  const lines: string[] = [];
  const take = (message: TicketMessage, its = clients) =>
    takeTicket(message, its, (_severity, line) => lines.push(line));

  const broken = { text: "apiVersion: 5", generation: "1", readAt: "2026-01-01T00:00:00Z" };

  function messageOf(
    content: string | Uint8Array,
    { time = now, ...changed }: Partial<TicketMessage & { time: number }> = {},
  ) {
    const body = Buffer.from(content);
    return { environment: "staging", name: "open", signature: signatureOf({ secret, time, body }), body, ...changed };
  }

  it("takes what is signed, and asks the same for the same message", async () => {
    const message = messageOf(JSON.stringify(payload));
    const asked = await take(message);
    expect(asked).toMatchObject({
      body: toTicketRequest(ticket, "staging", payload).body,
      key: "ticket staging open 17",
    });
    expect(await take(message)).toMatchObject({ body: asked.body, key: asked.key });
  });

  it("refuses what is signed and nested too deeply", async () => {
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    const refused = take(messageOf(`{"number":17,"more":${deep}}`));
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message: "body is nested too deeply" });
  });

  it.each([
    ["no signature", { signature: undefined }],
    ["another's signature", { signature: signatureOf({ secret: "x", time: now, body: JSON.stringify(payload) }) }],
    ["an environment that is not known", { environment: "unknown" }],
    ["a path in place of an environment", { environment: "../requests/x" }],
    ["a webhook that is not set up", { name: "close" }],
  ])("tells whoever has %s nothing but that", async (_what, changed) => {
    const refused = take(messageOf(JSON.stringify(payload), changed));
    await expect(refused).rejects.toMatchObject({ code: "UNAUTHENTICATED", reason: "NOT_SIGNED" });
  });

  it.each([
    ["a secret that is not there", { ...clients, secretManager: createMemorySecrets({}) }, /alloyrun-hook-tickets/],
    ["a spec that is none any more", { ...clients, storage: { readText: async () => broken } }, /apiVersion/],
  ])("tells the log alone of %s", async (_what, broken, says) => {
    const refused = await take(messageOf(JSON.stringify(payload)), broken).catch((caught: unknown) => caught);
    expect(refused).toMatchObject({ code: "UNAVAILABLE", reason: "NOT_READY" });
    expect(String(refused)).not.toMatch(says);
    expect(lines.at(-1)).toMatch(says);
  });

  describe("of a product that signs the body alone", () => {
    const content = JSON.stringify(payload);
    const hub = (by = secret, of = content) => `sha256=${createHmac("sha256", by).update(of).digest("hex")}`;
    const hubMessage = (hubSignature: string | undefined, body = content) =>
      messageOf(body, { signature: undefined, hubSignature });

    it("takes it, whenever it comes, and asks the same under the same key", async () => {
      const asked = await take(hubMessage(hub()));
      expect(asked).toMatchObject({
        body: toTicketRequest(ticket, "staging", payload).body,
        key: "ticket staging open 17",
      });
      expect(await take(hubMessage(hub()))).toMatchObject({ body: asked.body, key: asked.key });
    });

    it.each([
      ["by another", hub("x")],
      ["of another body", hub(secret, "{}")],
      ["in another form", hub().replace("sha256", "sha1")],
    ])("refuses what is signed %s", async (_what, signature) => {
      await expect(take(hubMessage(signature))).rejects.toMatchObject({ reason: "NOT_SIGNED" });
    });

    it("counts for nothing beside a signature with a time", async () => {
      const message = { ...messageOf(content, { time: now - 301 }), hubSignature: hub() };
      await expect(take(message)).rejects.toMatchObject({ reason: "SIGNED_TOO_LONG_AGO" });
    });

    it("does not take a signature with a time for one without, nor the other way round", async () => {
      const [, mac = ""] = signatureOf({ secret, time: now, body: content }).split("v1=");
      const stretched = take(hubMessage(`sha256=${mac}`, `${now}.${content}`));
      await expect(stretched).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      const cut = take(messageOf(content, { signature: `t=${now},v1=${hub().slice(7)}` }));
      await expect(cut).rejects.toMatchObject({ reason: "NOT_SIGNED" });
    });

    it.each([
      ["without a time", hubMessage(hub())],
      ["with one", messageOf(content)],
    ])(
      "refuses what is signed %s by a secret that another webhook has, for it would do there what it says",
      async (_what, message) => {
        const both = `${text}    - name: close
      secret: { secret: alloyrun-hook-tickets, version: 1 }
      key: /number
      values: { action: down }
`;
        const shared = { ...clients, storage: { readText: async () => ({ ...broken, text: both }) } };
        await expect(take(message, shared)).rejects.toMatchObject({ reason: "SHARED_SECRET" });
      },
    );
  });

  it("does not take an event, which alloyrun has signed itself, for a ticket", async () => {
    const event = { ...payload, specversion: "1.0", type: "dev.alloyrun.expiring" };
    await expect(take(messageOf(JSON.stringify(event)))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("CloudEvent"),
    });
  });

  it("takes a signature in base64, which is all that some products make", async () => {
    const mac = createHmac("sha256", secret)
      .update(`${now}.${JSON.stringify(payload)}`)
      .digest("base64");
    expect(await take(messageOf(JSON.stringify(payload), { signature: `t=${now},v1=${mac}` }))).toMatchObject({
      key: "ticket staging open 17",
    });
  });

  it.each([now - 301, now + 301])("refuses what was signed at another time", async (time) => {
    const refused = take(messageOf(JSON.stringify(payload), { time }));
    await expect(refused).rejects.toMatchObject({ reason: "SIGNED_TOO_LONG_AGO" });
  });

  it("refuses whatever else is signed with a reason, and no other error", async () => {
    const contents = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array(),
      fc.dictionary(fc.constantFrom(...Object.keys(payload)), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const asked = await take(messageOf(content)).catch((caught: unknown) => caught);
        if (asked instanceof Error) expect(asked).toBeInstanceOf(StepError);
        else expect((asked as { body: JsonObject }).body.environment).toBe("staging");
      }),
    );
  });
});
