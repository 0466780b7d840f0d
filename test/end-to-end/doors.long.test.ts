import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { stringify } from "yaml";
import { isJsonObject, type JsonObject } from "../../local/json.ts";
import { localUrl } from "../../local/run/local-url.ts";
import { type Door, findDoor } from "./support/door.ts";
import { region } from "./support/environment.ts";
import { idleRights, keyOf, otherJourneys, takeRights, type Watched, watchDecisions } from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { createReceiver } from "./support/receiver.ts";
import { createTakeAway, untaken } from "./support/take-away.ts";

jest.setTimeout(300_000);

const pubsub = "pubsub.googleapis.com/v1/projects/my-project";
const secrets = "secretmanager.googleapis.com/v1/projects/my-project/secrets";
const hookSecret = "signs-what-goes-out";
const ticketSecret = "signs-what-comes-in";
const ann = "ann@example.com";

/** Requests come in by Pub/Sub and tickets, events go out to a webhook, a link approves: through the deployed functions. */
/** Packed seed files; what is in them nobody gets to see here. */
const seed = `seeds/${"1".repeat(64)}.tgz`;

describe("the doors of an installation", () => {
  const receiver = createReceiver();
  const takeAway = createTakeAway("my-project", () => false);
  let cloud: InstalledCloud;
  let watched: Watched;
  let hook: string;
  let door: Door;
  let links: readonly { readonly approver: string; readonly url: string }[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud({
      ...{ apis: [...takeAway.apis, receiver.api], deploy: ["--hook"] },
      onStart: (local) => {
        watched = watchDecisions(local);
      },
    });
    const uploads = "storage.googleapis.com/upload/storage/v1/b/my-project-alloyrun/o";
    await cloud.ask(`POST ${uploads}?uploadType=media&name=${encodeURIComponent(seed)}`, {});
    await addSecret("alloyrun-hook-events", hookSecret);
    await addSecret("alloyrun-hook-tickets", ticketSecret);
    door = await findDoor(cloud);
    const { projectNumber } = await cloud.ask("GET cloudresourcemanager.googleapis.com/v1/projects/my-project");
    hook = `${cloud.local.url}/alloyrun-hook-${String(projectNumber)}.${region}.run.app`;
    takeAway.start(cloud.local);
  });

  afterAll(async () => {
    await receiver.close();
    await cloud?.stop();
  });

  it("keeps a message that is no request for whoever looks after it, and starts nothing", async () => {
    await publish({ action: "destroy", environment: "doors" });
    await cloud.local.cloud.clock.advance(2 * 3600_000);
    const { receivedMessages } = await cloud.ask(`POST ${pubsub}/subscriptions/alloyrun-requests-dead:pull`, {
      maxMessages: 10,
    });
    expect(receivedMessages).toMatchObject([
      { message: { attributes: { CloudPubSubDeadLetterSourceSubscription: "alloyrun-requests" } } },
    ]);
    expect(executions()).toEqual([]);
  });

  it("starts one run of a message however often it comes, in the name of the account that brings it", async () => {
    const message = { action: "up", spec, folders: { seed }, onBusy: "queue" };
    for (let times = 0; times < 2; times += 1) await publish(message, { idempotencyKey: "friday" });
    await until(() => receiver.missed > 2);
    expect(executions()).toHaveLength(1);
    const before = noted();
    await publish({ ...message, onBusy: "join" }, { idempotencyKey: "friday, asked for once more" });
    await until(() => noted() > before);
    expect(executions()).toHaveLength(1);
  });

  it("loses no event while the webhook is down, and delivers them in order when it is up", async () => {
    await receiver.open();
    await until(() => types().includes("awaiting-approval"));
    expect(types()).toEqual(["planned", "awaiting-approval"]);
    const { data } = events()[1] ?? {};
    expect(data).toMatchObject({ environment: "doors", reasons: ["the policy asks for every change"] });
    expect(data).not.toHaveProperty("links");
  });

  it("says how an environment stands whose very first run awaits approval", async () => {
    const { code, stdout } = await cloud.alloyrun("status", "doors", "--project", "my-project", "--region", region);
    expect(code).toBe(0);
    expect(stdout).toContain("doors: not ready");
    expect(stdout).toContain("Awaits approval until");
  });

  it("lets an approver decide without a link, and tells of every event since, none left out", async () => {
    await door.allow(`user:${ann}`);
    await door.approve(`user:${ann}`, runOf(events()[1]));
    await until(() => types().includes("building"));
    expect(types().slice(0, 4)).toEqual(["planned", "awaiting-approval", "approved", "building"]);
    await cancel(runOf(events()[1]));
    expect(events()[2]?.data).toMatchObject({ by: ann, via: "api" });
    const numbers = events().map(({ id }) => Number(String(id).split("/")[1]));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it("has the stored policy judge a looser spec, and links go to the stored webhook alone", async () => {
    await publish({ action: "up", spec: stolen, folders: { seed }, onBusy: "queue" });
    const asked = await nextAsked(2);
    expect(asked).toMatchObject({
      reasons: [
        "the policy asks for every change",
        "policy.approval.when of its spec is changed",
        "policy.approval.approvers of its spec is changed",
        "notify.webhook of its spec is changed",
        "tickets of its spec is changed",
      ],
    });
    expect(links.map(({ approver }) => approver)).toEqual([ann, "bob@example.com"]);
    const rejected = await visit(ann, { decision: "reject", reason: "never" });
    expect([rejected.status, rejected.text]).toEqual([200, expect.stringContaining("never")]);
    await until(() => types().includes("rejected"));
    expect(events().at(-1)?.data).toMatchObject({ by: ann, via: "link", reason: "never" });
    expect(receiver.taken.filter(({ path }) => path !== "/alloyrun")).toEqual([]);
  });

  it("signs what it delivers", () => {
    for (const { headers, body } of receiver.taken) {
      const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-alloyrun-signature"])) ?? [];
      expect(mac).toBe(createHmac("sha256", hookSecret).update(`${time}.${body}`).digest("hex"));
      expect(headers["content-type"]).toBe("application/cloudevents+json");
    }
  });

  it("lets nobody approve who may have published the request themselves", async () => {
    await publish({ action: "up", environment: "doors", onBusy: "queue" });
    await nextAsked(3);
    const topic = `${pubsub}/topics/alloyrun-requests`;
    const policy = await cloud.ask(`GET ${topic}:getIamPolicy`);
    const held = policy.bindings as readonly JsonObject[];
    const bindings = [...held, { role: "roles/pubsub.publisher", members: ["user:bob@example.com"] }];
    await cloud.ask(`POST ${topic}:setIamPolicy`, { policy: { ...policy, bindings } });
    const refused = await visit("bob@example.com", { decision: "approve" });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("may publish on the topic")]);
  });

  it("shows an approver what is asked, and decides only when told to", async () => {
    const page = await visit(ann);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/Approve up of doors\?/);
    expect(page.text).toContain("alloyrun-push@my-project.iam.gserviceaccount.com");
    const approved = await visit(ann, { decision: "approve" });
    expect([approved.status, approved.text]).toEqual([200, expect.stringContaining(`By ${ann}`)]);
    expect((await visit(ann, { decision: "approve" })).status).toBe(410);
    expect((await visit("bob@example.com")).status).toBe(410);
    await until(() => types().filter((type) => type === "approved").length === 2);
    const decided = events().findLast(({ type }) => type === "dev.alloyrun.approved");
    expect(decided?.data).toMatchObject({ by: ann, via: "link" });
    await cancel(runOf(decided));
  });

  it("leaves in no log what would let its reader decide", () => {
    const tokens = links.map(({ url }) => new URL(url).hash.slice(1));
    expect(tokens.every((token) => token.length > 60)).toBe(true);
    const said = JSON.stringify([cloud.local.cloud.logs.list("my-project"), cloud.local.journal.list()]);
    expect(said).toContain("visit to a link: 200");
    expect(tokens.filter((token) => said.includes(token))).toEqual([]);
  });

  it("takes a signed ticket, and answers the same when it comes again", async () => {
    const ticket = { number: "CHG0030123", requested_for: { email: "eve@example.com" }, short_description: "a demo" };
    const first = await sendTicket(ticket);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ environment: "doors", action: "plan" });
    expect(await sendTicket(ticket)).toEqual(first);
    const request = await cloud.ask(
      `GET storage.googleapis.com/storage/v1/b/my-project-alloyrun/o/requests%2F${first.body.run}.json?alt=media`,
    );
    expect(request).toMatchObject({ onBehalfOf: "eve@example.com", ticket: "CHG0030123", reason: "a demo" });
  });

  it("answers whatever else comes with a problem document, and starts nothing", async () => {
    const { clock, tokens, store } = cloud.local.cloud;
    const count = () => store.collection("workflows.executions").list().length;
    const before = count();
    const email = "alloyrun-push@my-project.iam.gserviceaccount.com";
    const uniqueId = store.collection<{ uniqueId: string }>("iam.serviceAccounts").get(email)?.uniqueId ?? "";
    const identity = { principal: { kind: "serviceAccount", email, uniqueId } } as const;
    const push = (body: unknown) => {
      const data = Buffer.from(typeof body === "string" ? body : JSON.stringify(body)).toString("base64");
      return JSON.stringify({ message: { data, messageId: "1", attributes: {} } });
    };
    const texts = fc.oneof(fc.json(), fc.string(), fc.jsonValue().map(push), fc.string().map(push));
    const places = fc.constantFrom(
      ["alloyrun-request", "/v1/messages"],
      ["alloyrun-request", "/v1/requests"],
      ["alloyrun-events", "/"],
      ["alloyrun-hook", "/v1/hooks/doors/plan"],
    );
    await fc.assert(
      fc.asyncProperty(places, texts, async ([service = "", path = ""], body) => {
        const name = `projects/my-project/locations/${region}/services/${service}`;
        const uri = store.collection<{ uri?: string }>("run.services").get(name)?.uri ?? "";
        const time = Math.floor(clock.now() / 1000);
        const headers = {
          "content-type": "application/json",
          authorization: `Bearer ${tokens.idToken(identity, uri)}`,
          "x-alloyrun-signature": signatureOf(body, time, ticketSecret),
        };
        const response = await fetch(`${localUrl(cloud.local.cloud, name)}${path}`, { method: "POST", headers, body });
        const text = await response.text();
        expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
        expect(text).not.toMatch(/\bat .+:\d+/);
        expect(JSON.parse(text)).toMatchObject({ status: response.status });
      }),
      { numRuns: 60 },
    );
    expect(count()).toBe(before);
  });

  it("refuses a ticket that is not signed, or was signed by another", async () => {
    const { status, body } = await sendTicket({ number: "CHG1" }, "somebody-else");
    expect([status, body.title]).toEqual([401, "NOT_SIGNED"]);
  });

  it("tell nothing of, and pass over, what is about an environment that nobody knows", async () => {
    const { status } = await sendTicket({ number: "CHG2" }, ticketSecret, "nowhere");
    expect(status).toBe(401);
    const about = { environment: "nowhere", run: "run-0" };
    const event = { specversion: "1.0", id: "run-0/1", type: "dev.alloyrun.ready", data: about };
    const data = Buffer.from(JSON.stringify(event)).toString("base64");
    await cloud.ask(`POST ${pubsub}/topics/alloyrun-events:publish`, { messages: [{ data, orderingKey: "nowhere" }] });
    await until(() => passedOver() > 0);
    expect(receiver.taken.filter(({ body }) => body.includes("nowhere"))).toEqual([]);
  });

  it("are kept by accounts that hold nothing idle", () => {
    const rights = takeRights(cloud.local).map(keyOf);
    expect(rights.filter((key) => otherJourneys.doors.test(key)).length).toBeGreaterThan(10);
    const idle = idleRights(rights, watched, otherJourneys.doors);
    expect(idle.filter((key) => untaken([key], takeAway).length > 0)).toEqual([]);
  });

  it("fail without any one of these rights, and are asked again", () => {
    const rights = takeRights(cloud.local).map(keyOf);
    expect(
      untaken(
        rights.filter((key) => otherJourneys.doors.test(key)),
        takeAway,
      ),
    ).toEqual([]);
  });

  const webhookOf = (url: string) => ({ webhook: { url, secret: { secret: "alloyrun-hook-events", version: 1 } } });

  const spec = specWith({
    policy: { approval: { when: ["always"], approvers: [`user:${ann}`, "user:bob@example.com"] } },
    notify: webhookOf(receiver.url),
    tickets: [
      {
        name: "plan",
        secret: { secret: "alloyrun-hook-tickets", version: 1 },
        key: "/number",
        fields: { reason: "/short_description", requestedBy: "/requested_for/email" },
        values: { action: "plan" },
      },
    ],
  });

  /** Asks nobody, and has the links sent to whoever wrote it. */
  const stolen = specWith({ notify: webhookOf(new URL("/mine", receiver.url).href) });

  /** What the approvers are asked for the n-th time; keeps the links. */
  async function nextAsked(times: number): Promise<unknown> {
    const asked = () => events().filter(({ type }) => type === "dev.alloyrun.awaiting-approval");
    await until(() => asked().length === times);
    const { data } = asked().at(-1) ?? {};
    links = (data as { links: typeof links }).links;
    return data;
  }

  /** Ends a run that has shown what it was to show. */
  async function cancel(run: string): Promise<void> {
    await door.send(`user:${ann}`, `POST /v1/runs/${run}:cancel`, {});
  }

  function runOf(event: JsonObject | undefined): string {
    return String((event?.data as JsonObject | undefined)?.run);
  }

  async function addSecret(id: string, value: string): Promise<void> {
    await cloud.ask(`POST ${secrets}?secretId=${id}`, { replication: { automatic: {} } });
    await cloud.ask(`POST ${secrets}/${id}:addVersion`, { payload: { data: Buffer.from(value).toString("base64") } });
  }

  function publish(body: object, attributes: Readonly<Record<string, string>> = {}): Promise<JsonObject> {
    const data = Buffer.from(JSON.stringify(body)).toString("base64");
    return cloud.ask(`POST ${pubsub}/topics/alloyrun-requests:publish`, { messages: [{ data, attributes }] });
  }

  /** Lets time pass, in which Pub/Sub delivers again, until it is so. */
  async function until(isSo: () => boolean): Promise<void> {
    for (let minutes = 0; !isSo() && minutes < 600; minutes += 1) await cloud.local.cloud.clock.advance(60_000);
    expect(isSo()).toBe(true);
  }

  function executions(): readonly string[] {
    return cloud.local.cloud.store
      .collection<{ readonly argument?: string }>("workflows.executions")
      .list()
      .flatMap(([name, { argument = "" }]) => (argument.includes('"action":"up"') ? [name] : []));
  }

  /** Requests that were accepted, of which some may have joined others. */
  function noted(): number {
    const objects = cloud.local.cloud.store.collection("storage.objects").list();
    return objects.filter(([name]) => /requests\/run-/.test(name)).length;
  }

  function events(): readonly JsonObject[] {
    return receiver.taken.map(({ body }) => JSON.parse(body) as JsonObject);
  }

  function types(): readonly string[] {
    return events().map(({ type }) => String(type).replace("dev.alloyrun.", ""));
  }

  async function visit(
    approver: string,
    form: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const link = new URL(links.find((one) => one.approver === approver)?.url ?? "");
    // As the page has the browser do it.
    expect((await fetch(`${hook}${link.pathname}`)).status).toBe(200);
    const body = new URLSearchParams({ token: link.hash.slice(1), ...form });
    const response = await fetch(`${hook}${link.pathname}`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  }

  /** Deliveries to the function of events that were about nobody's webhook. */
  function passedOver(): number {
    const nowhere = "/o/specs%2Fnowhere.yaml";
    return cloud.local.journal.list().filter(({ method, principal }) => {
      return principal.startsWith("alloyrun-events@") && method.endsWith(nowhere);
    }).length;
  }

  async function sendTicket(ticket: object, secret = ticketSecret, environment = "doors") {
    const body = JSON.stringify(ticket);
    const time = Math.floor(cloud.local.cloud.clock.now() / 1000);
    const headers = { "content-type": "application/json", "x-alloyrun-signature": signatureOf(body, time, secret) };
    const response = await fetch(`${hook}/v1/hooks/${environment}/plan`, { method: "POST", headers, body });
    const answered: unknown = await response.json();
    return { status: response.status, body: isJsonObject(answered) ? answered : {} };
  }
});

/** The header as a ticket system makes it. */
function signatureOf(body: string, time: number, secret: string): string {
  return `t=${time},v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
}

/** The environment that the doors are about, with more of its spec. */
function specWith(more: object): string {
  return stringify({
    apiVersion: "alloyrun/v1",
    kind: "Environment",
    metadata: { name: "doors" },
    spec: {
      ...{ project: "my-project", region },
      database: { seed: { directory: "./seed" } },
      service: { image: `registry.example.com/apps/app@sha256:${"0".repeat(64)}` },
      ...more,
    },
  });
}
