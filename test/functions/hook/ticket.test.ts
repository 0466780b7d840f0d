import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { StepError } from "../../../functions/error.ts";
import { valueAt } from "../../../functions/hook/pointer.ts";
import { type TicketClients, type TicketMessage, takeTicket } from "../../../functions/hook/take.ts";
import { toTicketRequest } from "../../../functions/hook/ticket.ts";
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
    expect(toTicketRequest(ticket, "staging", payload)).toEqual({
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
    ["/number", { number: undefined }],
    ["/who", { who: " " }],
    ["/do", { do: "sweep" }],
    ["/why", { why: { nested: true } }],
  ])("refuses a payload whose %s will not do", (pointer, changed) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(pointer) });
    expect(() => toTicketRequest(ticket, "staging", { ...payload, ...changed })).toThrow(refusal);
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
    expect(asked).toEqual(toTicketRequest(ticket, "staging", payload));
    expect(await take(message)).toEqual(asked);
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
