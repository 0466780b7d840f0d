import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { RunView } from "../../functions/api.ts";
import { eventSchema } from "../../functions/events/schema.ts";
import { toTimestamp } from "../../local/clock.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { idleRights, keyOf, otherJourneys, takeRights, type Watched, watchDecisions } from "./support/grants.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";
import { letTimePass, type PassingTime } from "./support/passing-time.ts";

jest.setTimeout(600_000);

const timeZone = "Asia/Tokyo";
const scheduler = "alloyrun-scheduler@my-project.iam.gserviceaccount.com";
const sweep = "alloyrun-sweep@my-project.iam.gserviceaccount.com";
const job = `projects/my-project/locations/${region}/jobs/alloyrun-rebuild-brief`;

/** An environment that lives for an hour, is rebuilt every other hour, and reaches its database by Direct VPC egress. */
describe("what time does by itself", () => {
  let cloud: InstalledCloud;
  let watched: Watched;
  let time: PassingTime;
  let environment: Environment;
  let before: readonly string[];
  let firesAt: TimeOfDay;

  beforeAll(async () => {
    cloud = await startInstalledCloud({
      seed: "time",
      onStart: (local) => {
        watched = watchDecisions(local);
      },
    });
    time = await letTimePass(cloud);
    before = takeInventory(cloud.local);
    // Late enough for it to be ready by then, and warned.
    firesAt = inTokyo(Math.ceil(cloud.local.cloud.clock.now() / 300_000) * 300_000 + 90 * 60_000);
    const schedule = `${firesAt.minute} ${firesAt.hour},${(firesAt.hour + 2) % 24} * * *`;
    environment = createEnvironment("brief", {
      egress: { direct: {} },
      // What takes the data away is asked about, unless the spec itself has said when.
      policy: { timeToLive: "1h", rebuild: { schedule, timeZone, level: "app" }, approval: { when: ["data-loss"] } },
    });
    expect((await cloud.up(environment)).run.failures).toEqual([]);
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  const ofType = (type: string) => time.heard.filter((event) => event.type === `dev.alloyrun.${type}`);

  it("warns once before the end, and the end can be moved", async () => {
    await time.until("the warning", () => ofType("expiring").length > 0);
    const [ready] = ofType("ready");
    const [warning] = ofType("expiring");
    expect(warning?.id).toBe(`${ready?.data.run}/expiring-30m`);
    expect(timeOf(warning?.data.expiresAt)).toBe(timeOf(ready?.data.expiresAt));
    expect(warning?.data.secondsLeft).toBeLessThanOrEqual(1800);
    const { status, body } = await time.post("/v1/environments/brief:extend", { by: "4h" });
    expect(status).toBe(200);
    expect(timeOf(body.expiresAt) - timeOf(warning?.data.expiresAt)).toBe(4 * 3_600_000);
  });

  it("rebuilds when clocks there say so, once however often the firing is delivered", async () => {
    await time.until("the rebuild", () => ofType("succeeded").length === 2);
    const { run, startedAt, ...rest } = await runOf(String(ofType("building").at(-1)?.data.run));
    expect(rest).toMatchObject({ action: "rebuild", level: "app", state: "succeeded", requestedBy: scheduler });
    expect(inTokyo(timeOf(startedAt))).toEqual(firesAt);
    const { httpTarget } = (await cloud.ask(`GET cloudscheduler.googleapis.com/v1/${job}`)) as unknown as RebuildJob;
    const body: object = JSON.parse(Buffer.from(httpTarget.body, "base64").toString());
    const headers = {
      "x-cloudscheduler-jobname": "alloyrun-rebuild-brief",
      "x-cloudscheduler-scheduletime": toTimestamp(Math.floor(timeOf(startedAt) / 60_000) * 60_000),
    };
    const again = await time.post("/v1/requests", body, "scheduler", headers);
    expect(again).toMatchObject({ status: 202, body: { run } });
    expect(ofType("building")).toHaveLength(2);
  });

  it("leaves a rebuild out while the environment is frozen, and says so", async () => {
    const frozen = await time.post("/v1/environments/brief:freeze", { reason: "the demo", duration: "6h" });
    expect(frozen.status).toBe(200);
    await time.until("the rebuild that is left out", () => ofType("rebuild-skipped").length > 0);
    expect(ofType("rebuild-skipped")[0]?.data).toMatchObject({
      reason: expect.stringContaining("the demo"),
      scheduledFor: expect.any(String),
    });
    expect(ofType("building")).toHaveLength(2);
    expect((await time.post("/v1/environments/brief:unfreeze", {})).status).toBe(200);
  });

  it("takes the environment down when its moved end has come: what is billed first, and unasked", async () => {
    await time.until("billing to stop", () => ofType("billing-stopped").length > 0);
    const types = time.heard.map(({ type }) => type.replace("dev.alloyrun.", ""));
    expect(types.slice(types.lastIndexOf("expiring"))).toEqual([
      ...["expiring", "planned", "expired", "removing", "billing-stopped", "remaining"],
    ]);
    const warning = ofType("expiring").at(-1);
    const removal = await runOf(String(ofType("expired")[0]?.data.run));
    expect(removal).toMatchObject({ requestedBy: sweep, reason: "expired", state: "remaining" });
    expect(timeOf(removal.startedAt)).toBeGreaterThanOrEqual(timeOf(warning?.data.expiresAt));
    const standing = takeInventory(cloud.local).filter((line) => !before.includes(line));
    expect(standing.filter((line) => !/^(compute|servicenetworking)\./.test(line))).toEqual([]);
  });

  it("says what Google holds, why, and when it is tried again", async () => {
    const removal = await runOf(String(ofType("remaining")[0]?.data.run));
    const reasons = Object.fromEntries(removal.remaining.map(({ step, reason }) => [step, reason]));
    expect(reasons).toEqual({
      peering: expect.stringContaining("has not released the connection"),
      network: expect.stringContaining("serverless-ipv4-"),
    });
    expect(timeOf(removal.nextTryAt) % 900_000).toBe(0);
    expect(timeOf(removal.nextTryAt)).toBeGreaterThan(timeOf(removal.endedAt));
  });

  it("finishes that by itself, tells only the end, and leaves nothing", async () => {
    await time.until("the end", () => ofType("gone").length > 0);
    expect(time.heard.at(-2)?.type).toBe("dev.alloyrun.remaining");
    expect(takeInventory(cloud.local)).toEqual(before);
    expect(invalidRequests(cloud.local)).toEqual([]);
    expect((await time.get("/v1/environments")).body).toEqual({ environments: [] });
    expect((await time.get("/v1/environments/brief")).body).toMatchObject({ gone: true });
    const frozen = await time.post("/v1/environments/brief:freeze", { reason: "the demo", duration: "6h" });
    expect(frozen).toMatchObject({ status: 410, body: { title: "GONE" } });
  });

  it("has told all of that as the table of events has it", () => {
    expect(time.heard.filter((event) => !eventSchema.safeParse(event).success)).toEqual([]);
    expect(new Set(time.heard.map(({ type }) => type)).size).toBeGreaterThan(12);
  });

  it("is let to do it by grants of which none is idle", () => {
    const rights = takeRights(cloud.local).map(keyOf);
    expect(idleRights(rights, watched, otherJourneys.time)).toEqual([]);
  });

  async function runOf(run: string): Promise<RunView> {
    const { body } = await time.get(`/v1/runs/${run}`);
    return body as unknown as RunView;
  }
});

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

interface RebuildJob {
  readonly httpTarget: { readonly body: string };
}

/** What clocks in Tokyo show. */
function inTokyo(ms: number): TimeOfDay {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const [hour = 0, minute = 0] = clock.format(ms).split(":").map(Number);
  return { hour, minute };
}

/** Milliseconds of a time as an API gives it. */
function timeOf(time: unknown): number {
  return Date.parse(String(time));
}
