import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { eventSchema } from "../../functions/events/schema.ts";
import type { JsonObject } from "../../local/json.ts";
import { runBusinessRule } from "../examples/servicenow.ts";
import { type Door, findDoor } from "./support/door.ts";
import { region } from "./support/environment.ts";
import { idleRights, keyOf, otherJourneys, takeRights, type Watched, watchDecisions } from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { letTimePass, type PassingTime } from "./support/passing-time.ts";
import { createReceiver } from "./support/receiver.ts";
import { createTakeAway, untaken } from "./support/take-away.ts";
import { signatureOf, specWith, type Traffic, tickets, watchTraffic } from "./support/traffic.ts";

jest.setTimeout(300_000);

const pubsub = "pubsub.googleapis.com/v1/projects/my-project";
const hookSecret = "signs-what-goes-out";
const ticketSecret = "signs-what-comes-in";
const jiraSecret = "signs-what-jira-sends";
const ann = "ann@example.com";

/** Packed seed files; what is in them nobody gets to see here. */
const seed = `seeds/${"1".repeat(64)}.tgz`;

/** Requests come in by Pub/Sub and tickets, events go out to a webhook, a link approves: through the deployed functions. */
describe("the doors of an installation", () => {
  const receiver = createReceiver();
  const takeAway = createTakeAway("my-project", {
    mayTake: () => false,
    isTriedAgain: (key) => /^alloyrun-(push|scheduler|sweep): /.test(key),
  });
  let cloud: InstalledCloud;
  let watched: Watched;
  let hook: string;
  let door: Door;
  let traffic: Traffic;
  let time: PassingTime;
  let links: readonly { readonly approver: string; readonly url: string }[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud({
      ...{ apis: [...takeAway.apis, receiver.api], deploy: ["--hook"] },
      onStart: (local) => {
        watched = watchDecisions(local);
      },
    });
    traffic = watchTraffic(cloud);
    const uploads = "storage.googleapis.com/upload/storage/v1/b/my-project-alloyrun/o";
    await cloud.ask(`POST ${uploads}?uploadType=media&name=${encodeURIComponent(seed)}`, {});
    await traffic.addSecret("alloyrun-hook-events", hookSecret);
    await traffic.addSecret("alloyrun-hook-tickets", ticketSecret);
    await traffic.addSecret("alloyrun-hook-servicenow", ticketSecret);
    await traffic.addSecret("alloyrun-hook-jira", jiraSecret);
    door = await findDoor(cloud);
    const { projectNumber } = await cloud.ask("GET cloudresourcemanager.googleapis.com/v1/projects/my-project");
    hook = `${cloud.local.url}/alloyrun-hook-${String(projectNumber)}.${region}.run.app`;
    time = await letTimePass(cloud);
    takeAway.start(cloud.local);
  });

  afterAll(async () => {
    await receiver.close();
    await cloud?.stop();
  });

  it("takes a message that is no request once, starts nothing, and tells why", async () => {
    await traffic.publish({ action: "destroy", environment: "doors", ticket: "CHG7" });
    await until(() => traffic.pushed() > 0);
    await cloud.local.cloud.clock.advance(2 * 3600_000);
    await time.hear();
    const data = { environment: "doors", ticket: "CHG7", messageId: expect.any(String) };
    expect(time.heard.map(({ type, data }) => [type, data])).toEqual([
      ["dev.alloyrun.request-refused", { ...data, problem: expect.objectContaining({ status: 400 }) }],
    ]);
    // The right to tell it was taken away once, as every other; a message that is not taken comes twelve times.
    expect(traffic.pushed()).toBeLessThan(4);
    expect([await traffic.dead(), traffic.executions()]).toEqual([[], []]);
  });

  it("starts one run of a message however often it comes, in the name of the account that brings it", async () => {
    const message = { action: "up", spec, folders: { seed }, onBusy: "queue" };
    for (let times = 0; times < 2; times += 1) await traffic.publish(message, { idempotencyKey: "friday" });
    await until(() => receiver.missed > 2);
    expect(traffic.executions()).toHaveLength(1);
    const before = traffic.noted();
    await traffic.publish({ ...message, onBusy: "join" }, { idempotencyKey: "friday, asked for once more" });
    await until(() => traffic.noted() > before);
    expect(traffic.executions()).toHaveLength(1);
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
    await until(() => types().includes("cancelled"));
    expect(events().at(-1)?.data).toMatchObject({ run: runOf(events()[1]), by: ann, action: "up" });
    expect(events()[2]?.data).toMatchObject({ by: ann, via: "api" });
    const numbers = events()
      .slice(0, 4)
      .map(({ id }) => Number(String(id).split("/")[1]));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it("has the stored policy judge a looser spec, and links go to the stored webhook alone", async () => {
    await traffic.publish({ action: "up", spec: stolen, folders: { seed }, onBusy: "queue" });
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
    await traffic.publish({ action: "up", environment: "doors", onBusy: "queue" });
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

  it("tells the end of a run that is cancelled while a person is asked", async () => {
    await traffic.publish({ action: "up", environment: "doors", onBusy: "queue", reason: "not needed after all" });
    await nextAsked(4);
    await cancelTold(runOf(events().at(-1)));
  });

  it("tells that a run waits, and its end when it is cancelled meanwhile", async () => {
    await traffic.publish({ action: "up", environment: "doors", onBusy: "queue", timeToLive: "72h" });
    await nextAsked(5);
    const run = runOf(events().at(-1));
    await door.send(`user:${ann}`, "POST /v1/environments/doors:freeze", { reason: "the demo", duration: "8h" });
    await door.approve(`user:${ann}`, run);
    await until(() => types().includes("queued"));
    expect(types().slice(-3)).toEqual(["frozen", "approved", "queued"]);
    expect(events().at(-1)?.data).toMatchObject({ run, because: "frozen", frozenUntil: expect.any(String) });
    await cancelTold(run);
  });

  it("keeps a message that a freeze is in the way of for whoever looks after it", async () => {
    await traffic.publish({ action: "down", environment: "doors" });
    await cloud.local.cloud.clock.advance(2 * 3600_000);
    expect(await traffic.dead()).toMatchObject([
      { message: { attributes: { CloudPubSubDeadLetterSourceSubscription: "alloyrun-requests" } } },
    ]);
    await door.send(`user:${ann}`, "POST /v1/environments/doors:unfreeze", {});
    await until(() => types().at(-1) === "unfrozen");
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
    const { run, statusUrl } = first.body;
    expect(String(statusUrl)).toMatch(
      new RegExp(`^https://alloyrun-request-\\d+\\..+\\.run\\.app/v1/runs/${String(run)}$`),
    );
    expect(await sendTicket(ticket)).toEqual(first);
    expect(await traffic.notedOf(first)).toMatchObject({
      onBehalfOf: "eve@example.com",
      ticket: "CHG0030123",
      reason: "a demo",
    });
  });

  it("takes what the business rule of ServiceNow sends, and answers the same when the item was edited", async () => {
    const item = JSON.parse(readFileSync("examples/tickets/servicenow.json", "utf8"));
    const properties = { "alloyrun.hook": `${hook}/v1/hooks/doors/servicenow`, "alloyrun.secret": ticketSecret };
    const send = (edited: object) => {
      const sent = runBusinessRule({ properties, item: { ...item, ...edited }, now: cloud.local.cloud.clock.now() });
      return traffic.post(sent.url, sent.headers, sent.body);
    };
    const first = await send({});
    expect([first.status, first.body]).toEqual([202, expect.objectContaining({ action: "up", approval: "required" })]);
    expect(await send({ short_description: "Environment für Ausgabe 4.2.1" })).toEqual(first);
    expect(await traffic.notedOf(first)).toMatchObject({
      ...{ ticket: "RITM0010042", onBehalfOf: "eve@example.com", timeToLiveSeconds: 72 * 3600 },
      reason: item.short_description,
    });
    await cancel(String(first.body.run));
  });

  it("takes what Jira sends, and answers the same when it comes again half an hour later", async () => {
    const body = readFileSync("examples/tickets/jira-service-management.json", "utf8");
    const signature = (secret: string) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const send = (secret: string, headers: Readonly<Record<string, string>> = {}) =>
      traffic.post(`${hook}/v1/hooks/doors/jira`, { "X-Hub-Signature": signature(secret), ...headers }, body);
    const first = await send(jiraSecret);
    expect([first.status, first.body]).toEqual([202, expect.objectContaining({ action: "rebuild" })]);
    await cloud.local.cloud.clock.advance(30 * 60_000);
    expect(await send(jiraSecret, { "X-Atlassian-Webhook-Retry": "5" })).toEqual(first);
    expect(await traffic.notedOf(first)).toMatchObject({
      ticket: "OPS-117",
      level: "data",
      onBehalfOf: "eve@example.com",
    });
    expect((await send(ticketSecret)).status).toBe(401);
    await cancel(String(first.body.run));
  });

  it("answers whatever else comes with a problem document, and starts nothing", async () => {
    const { clock, store } = cloud.local.cloud;
    const count = () => store.collection("workflows.executions").list().length;
    const before = count();
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
        const signature = signatureOf(body, Math.floor(clock.now() / 1000), ticketSecret);
        const response = await traffic.push(service, path, { body, signature });
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
    await until(() => traffic.passedOver() > 0);
    expect(receiver.taken.filter(({ body }) => body.includes("nowhere"))).toEqual([]);
  });

  it("have told nothing that is not as the table of events has it, on the topic and to the webhook", async () => {
    await time.hear();
    const all = [...time.heard.filter(({ data }) => data.environment !== "nowhere"), ...events()];
    expect(all.filter((event) => !eventSchema.safeParse(event).success)).toEqual([]);
    expect(new Set(all.map(({ type }) => type)).size).toBeGreaterThan(9);
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
    tickets,
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

  async function cancelTold(run: string): Promise<void> {
    await cancel(run);
    await until(() => types().at(-1) === "cancelled");
    expect(events().at(-1)?.data).toMatchObject({ run, by: ann, record: { id: run } });
  }

  function runOf(event: JsonObject | undefined): string {
    return String((event?.data as JsonObject | undefined)?.run);
  }

  /** Lets time pass, in which Pub/Sub delivers again, until it is so. */
  async function until(isSo: () => boolean): Promise<void> {
    for (let minutes = 0; !isSo() && minutes < 600; minutes += 1) await cloud.local.cloud.clock.advance(60_000);
    expect(isSo()).toBe(true);
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

  async function sendTicket(ticket: object, secret = ticketSecret, environment = "doors") {
    const body = JSON.stringify(ticket);
    const time = Math.floor(cloud.local.cloud.clock.now() / 1000);
    const headers = { "content-type": "application/json", "x-alloyrun-signature": signatureOf(body, time, secret) };
    return traffic.post(`${hook}/v1/hooks/${environment}/plan`, headers, body);
  }
});
