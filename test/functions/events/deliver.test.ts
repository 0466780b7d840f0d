import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { StepError } from "../../../functions/error.ts";
import { type DeliveryClients, deliver } from "../../../functions/events/deliver.ts";
import { readEvent } from "../../../functions/events/event.ts";
import { type Delivery, post } from "../../../functions/events/post.ts";
import { isTokenOf, peekToken } from "../../../functions/link.ts";
import { isSignedBy, parseSignature } from "../../../functions/signature.ts";
import type { JsonObject } from "../../../google/json.ts";
import { smallestText } from "../../spec/example.ts";
import { createMemorySecrets } from "../../support/memory-secrets.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";

const secret = "projects/my-project/secrets/alloyrun-hook-events";
const linkKey = "projects/my-project/secrets/alloyrun-link-key";
const run = "run-0123456789abcdef0123";

function specWith(path: string): string {
  return `${smallestText}  notify: { webhook: { url: "https://example.com/${path}", secret: { secret: alloyrun-hook-events, version: 1 } } }\n`;
}

function eventOf(type: string, data: JsonObject = {}): JsonObject {
  return {
    ...{ specversion: "1.0", id: `${run}/101`, source: "//alloyrun/staging", type: `dev.alloyrun.${type}` },
    data: { run, environment: "staging", ...data },
  };
}

describe("deliver", () => {
  let storage: MemoryStorage;
  let posted: Delivery[];
  let clients: DeliveryClients;

  beforeEach(() => {
    storage = createMemoryStorage();
    posted = [];
    clients = {
      storage,
      secretManager: createMemorySecrets({ [secret]: ["signs\n"], [linkKey]: [] }),
      installation: { project: "my-project", projectNumber: "123", region: "us-central1", bucket: "b" },
      post: async (delivery) => void posted.push(delivery),
      hasHook: true,
    };
  });

  const put = (object: string, content: string) =>
    storage.write({ bucket: "b", object, content, contentType: "application/json" });
  const tell = (event: JsonObject) => deliver(readEvent({ data: event }), clients);

  it("has nothing to do where there is no webhook", async () => {
    expect(await tell(eventOf("planned"))).toBe("no webhook");
    await put("specs/staging.yaml", smallestText);
    expect(await tell(eventOf("planned"))).toBe("no webhook");
    expect(posted).toEqual([]);
  });

  it("goes with a refused message to the webhook of the environment that it names, if it names one", async () => {
    await put("specs/staging.yaml", specWith("mine"));
    const refused = { specversion: "1.0", id: "message-1/refused", type: "dev.alloyrun.request-refused" };
    expect(await tell({ ...refused, data: { messageId: "1" } })).toBe("no webhook");
    expect(await tell({ ...refused, data: { messageId: "1", environment: "staging" } })).toBe("delivered");
    expect(posted).toHaveLength(1);
  });

  it("goes to the webhook of the stored spec whatever a run asks for, and to the run's before there is one", async () => {
    await put(`requests/${run}.json`, JSON.stringify({ run, spec: specWith("asked") }));
    await tell(eventOf("planned"));
    await put("specs/staging.yaml", specWith("stored"));
    await tell(eventOf("planned"));
    await tell({ ...eventOf("expiring"), data: { environment: "staging", run: null } });
    await put("specs/staging.yaml", smallestText);
    expect(await tell(eventOf("planned"))).toBe("no webhook");
    expect(posted.map(({ url }) => url.replace("https://example.com/", ""))).toEqual(["asked", "stored", "stored"]);
  });

  it("signs the event as it is, under the secret without the line break at its end", async () => {
    await put("specs/staging.yaml", specWith("x"));
    await tell(eventOf("ready", { url: "https://service" }));
    const { headers = {}, body = "" } = posted[0] ?? {};
    expect(JSON.parse(body)).toEqual(eventOf("ready", { url: "https://service" }));
    expect(headers["content-type"]).toBe("application/cloudevents+json");
    const signature = parseSignature(headers["x-alloyrun-signature"]);
    expect(signature && isSignedBy(signature, { secret: "signs", body })).toBe(true);
    expect(signature?.time).toBe(Date.parse("2026-01-01T00:00:00Z") / 1000);
  });

  it("is tried again when its secret is not there", async () => {
    await put("specs/staging.yaml", specWith("x"));
    clients = { ...clients, secretManager: createMemorySecrets({}) };
    await expect(tell(eventOf("ready"))).rejects.toMatchObject({ reason: "NO_HOOK_SECRET" });
  });

  describe("of an approval that is waited for", () => {
    const approval = { id: "run-1-abc", approvers: ["user:ann@example.com", "user:Eve@example.com"] };
    const asked = eventOf("awaiting-approval", { approval: "run-1-abc" });
    const requesters = ["alloyrun-hook@my-project.iam.gserviceaccount.com", "eve@example.com"];

    const linksOf = ({ body = "{}" }: Partial<Delivery> = {}) =>
      (JSON.parse(body) as { data: { links?: { approver: string; url: string }[] } }).data.links;

    beforeEach(async () => {
      await put("specs/staging.yaml", specWith("x"));
      await put("approvals/run-1-abc.json", JSON.stringify({ ...approval, requesters }));
    });

    it("carries a link for each approver but whoever asked, the same each time", async () => {
      await tell(asked);
      await tell(asked);
      const [first, second] = posted.map(linksOf);
      expect(second).toEqual(first);
      expect(first?.map(({ approver }) => approver)).toEqual(["ann@example.com"]);
      const [, token = ""] =
        /^https:\/\/alloyrun-hook-123\.us-central1\.run\.app\/a#([\w.-]+)$/.exec(first?.[0]?.url ?? "") ?? [];
      expect(peekToken(token)).toEqual({ approval: "run-1-abc", approver: "ann@example.com" });
      const [key = ""] = (clients.secretManager as ReturnType<typeof createMemorySecrets>).values(linkKey);
      expect(isTokenOf(token, key)).toBe(true);
    });

    it.each([
      ["where the public door is not open", { hasHook: false }, asked],
      ["when the event is another", {}, eventOf("approved", { approval: "run-1-abc" })],
    ])("carries none %s", async (_when, changed, event) => {
      clients = { ...clients, ...changed };
      await tell(event);
      expect(linksOf(posted[0])).toBeUndefined();
    });

    it("never goes with a link to a webhook that whoever asks has named", async () => {
      await put(`requests/${run}.json`, JSON.stringify({ run, spec: specWith("asked") }));
      await tell(asked);
      expect(posted.map(({ url }) => url)).toEqual(["https://example.com/x"]);
      storage = createMemoryStorage();
      clients = { ...clients, storage };
      await put(`requests/${run}.json`, JSON.stringify({ run, spec: specWith("asked") }));
      await put("approvals/run-1-abc.json", JSON.stringify({ ...approval, requesters }));
      await tell(asked);
      expect(posted.map(({ url }) => url)).toEqual(["https://example.com/x", "https://example.com/asked"]);
      expect(linksOf(posted[1])).toBeUndefined();
    });

    it("carries none once it is decided", async () => {
      const decision = { state: "approved", by: "ann@example.com" };
      await put("approvals/run-1-abc.json", JSON.stringify({ ...approval, requesters, decision }));
      await tell(asked);
      expect(linksOf(posted[0])).toBeUndefined();
    });
  });
});

describe("readEvent", () => {
  it.each([
    ["specversion", { specversion: "0.3" }],
    ["data", { data: "text" }],
    ["data.environment", { data: { environment: "../locks" } }],
    ["data.run", { data: { environment: "staging", run: "../x" } }],
    ["type", { type: "com.example.other" }],
  ])("refuses an event whose %s is not ours", (field, wrong) => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(field) });
    expect(() => readEvent({ data: { ...eventOf("ready"), ...wrong } })).toThrow(refusal);
  });

  it("refuses whatever else it is given in the same way", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        try {
          readEvent({ data: data as JsonObject });
        } catch (caught) {
          expect(caught).toBeInstanceOf(StepError);
        }
      }),
    );
  });
});

describe("post", () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const status = Number(request.url?.slice(1));
      response.writeHead(status, status === 302 ? { location: "/200" } : {}).end("words of the receiver");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const send = (status: number) => post({ url: `${url}/${status}`, headers: {}, body: "{}" });

  it("is content with 2xx alone, follows no redirection and repeats nothing", async () => {
    await send(204);
    for (const status of [302, 404, 500]) {
      const refusal = { code: "UNAVAILABLE", reason: "NOT_TAKEN", message: expect.stringContaining(String(status)) };
      await expect(send(status)).rejects.toMatchObject(refusal);
    }
    expect(asked).toEqual(["POST /204", "POST /302", "POST /404", "POST /500"]);
  });

  it("tells no address, and no word of the receiver", async () => {
    const { message } = (await send(500).catch((caught: Error) => caught as Error)) as Error;
    expect(message).not.toMatch(/127\.0\.0\.1|words/);
    const closed = { url: "http://127.0.0.1:1/", headers: {}, body: "" };
    await expect(post(closed)).rejects.toMatchObject({ message: expect.not.stringContaining("127.0.0.1") });
  });
});
