import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createScheduler } from "../../../local/scheduler/scheduler.ts";
import { errorOf, type RestCall, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type Endpoint, openEndpoint } from "../pubsub/fixture.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const parent = `projects/${testProject}/locations/asia-northeast1`;
const account = `caller@${testProject}.iam.gserviceaccount.com`;
let local: LocalCloud;
let endpoint: Endpoint;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createScheduler, createPubSub, createIam] });
  await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
    body: { accountId: "caller" },
  });
  await local.cloud.clock.advance(300_000);
}, 60_000);
afterAll(() => local.stop());
beforeEach(async () => {
  endpoint = await openEndpoint();
});
afterEach(() => endpoint.close());

const call = (target: string, body?: unknown, options?: RestCall) => {
  const [verb, path] = target.split(" ");
  return rest(local, `${verb} cloudscheduler.googleapis.com/v1/${parent}/${path}`, { body, ...options });
};
const advance = (seconds: number) => local.cloud.clock.advance(seconds * 1000);

/** Moves the clock to a wall time of its day after next, so that schedules can be told beforehand. */
async function advanceTo(time: string): Promise<number> {
  const now = local.cloud.clock.now();
  const day = new Date(now + 2 * 86_400_000).toISOString().slice(0, 10);
  await local.cloud.clock.advance(Date.parse(`${day}T${time}Z`) - now);
  return Date.parse(`${day}T${time}Z`);
}

let made = 0;
async function create(job: object): Promise<string> {
  made += 1;
  const name = `${parent}/jobs/job-${made}`;
  const answer = await call("POST jobs", { name, schedule: "0 * * * *", httpTarget: { uri: endpoint.url }, ...job });
  if (answer.status !== 200) throw new Error(answer.text);
  return `jobs/job-${made}`;
}

describe("CreateJob", () => {
  it("answers the job with what it fills in, and its next time", async () => {
    const start = await advanceTo("10:20:00.000");
    const job = await create({
      httpTarget: { uri: endpoint.url, body: "eA==", oidcToken: { serviceAccountEmail: account } },
    });
    expect((await call(`GET ${job}`)).body).toEqual({
      name: `${parent}/${job}`,
      schedule: "0 * * * *",
      timeZone: "Etc/UTC",
      state: "ENABLED",
      httpTarget: {
        uri: endpoint.url,
        httpMethod: "POST",
        body: "eA==",
        headers: { "Content-Type": "application/octet-stream", "User-Agent": "Google-Cloud-Scheduler" },
        oidcToken: { serviceAccountEmail: account, audience: endpoint.url },
      },
      retryConfig: { maxRetryDuration: "0s", minBackoffDuration: "5s", maxBackoffDuration: "3600s", maxDoublings: 5 },
      attemptDeadline: "180s",
      userUpdateTime: expect.stringContaining(new Date(start).toISOString().slice(0, 16)),
      scheduleTime: expect.stringContaining("T11:00:00"),
    });
    await call(`DELETE ${job}`);
  });

  it.each([
    ["a schedule that is none", { schedule: "61 * * * *" }, "Schedule or time zone is invalid."],
    ["a schedule of another dialect", { schedule: "0 6 L * *" }, "Schedule or time zone is invalid."],
    ["an offset for a time zone", { timeZone: "+09:00" }, "Schedule or time zone is invalid."],
    ["six fields", { schedule: "0 0 * * * *" }, "Schedule or time zone is invalid."],
    ["an unknown time zone", { timeZone: "Asia/Atlantis" }, "Schedule or time zone is invalid."],
    ["no target", { httpTarget: undefined }, "target"],
    ["a body with GET", { httpTarget: { uri: "https://example.com", httpMethod: "GET", body: "eA==" } }, "body"],
    ["a URL that is none", { httpTarget: { uri: "example" } }, "uri"],
    ["a deadline out of bounds", { attemptDeadline: "10s" }, "attempt_deadline"],
    ["too many retries", { retryConfig: { retryCount: 6 } }, "retry_count"],
    ["a name elsewhere", { name: `projects/${testProject}/locations/us-central1/jobs/x` }, "name"],
    [
      "an empty message",
      { httpTarget: undefined, pubsubTarget: { topicName: "projects/p/topics/t" } },
      "non-empty data",
    ],
  ])("refuses %s", async (_, job, message) => {
    const sent = { name: `${parent}/jobs/refused`, schedule: "* * * * *", httpTarget: { uri: "https://example.com" } };
    const answer = await call("POST jobs", { ...sent, ...job });
    expect(errorOf(answer)).toMatchObject({ status: "INVALID_ARGUMENT", message: expect.stringContaining(message) });
    expect((await call("GET jobs/refused")).status).toBe(404);
  });

  it("says which targets and schedules are not served", async () => {
    const sent = { name: `${parent}/jobs/unserved`, schedule: "* * * * *" };
    const refused = [
      { ...sent, appEngineHttpTarget: { relativeUri: "/" } },
      { ...sent, schedule: "every 5 minutes", httpTarget: { uri: "https://example.com" } },
    ];
    for (const job of refused) expect(errorOf(await call("POST jobs", job)).status).toBe("UNIMPLEMENTED");
  });

  it("refuses a name that is taken, and an account that the caller may not act as", async () => {
    const job = await create({});
    const again = await call("POST jobs", {
      name: `${parent}/${job}`,
      schedule: "* * * * *",
      httpTarget: { uri: "https://example.com" },
    });
    expect(errorOf(again).status).toBe("ALREADY_EXISTS");
    await local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, {
      bindings: [{ role: "roles/cloudscheduler.admin", members: ["user:jane@example.com"] }],
    });
    await advance(300);
    const httpTarget = { uri: "https://example.com", oidcToken: { serviceAccountEmail: account } };
    const sent = { name: `${parent}/jobs/theirs`, schedule: "* * * * *" };
    const refused = await call("POST jobs", { ...sent, httpTarget }, { as: "user:jane@example.com" });
    expect(errorOf(refused)).toMatchObject({ code: 403, message: expect.stringContaining("actAs") });
    await call(`DELETE ${job}`);
  });
});

describe("a schedule", () => {
  it("fires when the clock passes its times, which never draw it", async () => {
    await advanceTo("06:59:00.000");
    const job = await create({ schedule: "0 * * * *" });
    await local.cloud.clock.idle();
    expect(endpoint.visits).toEqual([]);
    await advance(60 + 3 * 3600);
    await endpoint.visited(4);
    const times = endpoint.visits.map(({ headers }) => String(headers["x-cloudscheduler-scheduletime"]).slice(11, 19));
    expect(times).toEqual(["07:00:00", "08:00:00", "09:00:00", "10:00:00"]);
    expect(endpoint.visits[0]).toMatchObject({
      method: "POST",
      headers: {
        "x-cloudscheduler": "true",
        "x-cloudscheduler-jobname": job.split("/")[1],
        "user-agent": "Google-Cloud-Scheduler",
      },
    });
    expect((await call(`GET ${job}`)).body).toMatchObject({
      status: {},
      lastAttemptTime: expect.stringContaining("T10:00:00"),
      scheduleTime: expect.stringContaining("T11:00:00"),
    });
    await call(`DELETE ${job}`);
    await advance(7200);
    expect(endpoint.visits).toHaveLength(4);
  });

  it("goes by its time zone", async () => {
    await advanceTo("05:00:00.000");
    const job = await create({ schedule: "30 15 * * *", timeZone: "Asia/Tokyo" });
    expect((await call(`GET ${job}`)).body.scheduleTime).toMatch(/T06:30:00/);
    await call(`DELETE ${job}`);
  });

  it("publishes to a topic", async () => {
    const topicName = `projects/${testProject}/topics/ticks`;
    const subscription = `projects/${testProject}/subscriptions/ticks`;
    await rest(local, `PUT pubsub.googleapis.com/v1/${topicName}`, { body: {} });
    await rest(local, `PUT pubsub.googleapis.com/v1/${subscription}`, { body: { topic: topicName } });
    const job = await create({
      httpTarget: undefined,
      pubsubTarget: { topicName, data: "dGljaw==", attributes: { a: "b" } },
    });
    await advance(3600);
    const body = { maxMessages: 1, returnImmediately: true };
    const pulled = await rest(local, `POST pubsub.googleapis.com/v1/${subscription}:pull`, { body });
    expect(pulled.body.receivedMessages).toMatchObject([{ message: { data: "dGljaw==", attributes: { a: "b" } } }]);
    await call(`DELETE ${job}`);
  });

  it("sends the token that its target wants", async () => {
    const uri = endpoint.url;
    await create({ httpTarget: { uri, oidcToken: { serviceAccountEmail: account } } });
    await create({ httpTarget: { uri, oauthToken: { serviceAccountEmail: account } } });
    await call(`POST jobs/job-${made - 1}:run`, {});
    await endpoint.visited(1);
    await call(`POST jobs/job-${made}:run`, {});
    await endpoint.visited(2);
    const [first, second] = endpoint.visits.map(({ headers }) => String(headers.authorization));
    const { tokens } = local.cloud;
    expect(tokens.verifyIdToken(first?.replace("Bearer ", "") ?? "")).toMatchObject({
      audience: uri,
      principal: { email: account },
    });
    expect(tokens.identify(second).principal).toMatchObject({ kind: "serviceAccount", email: account });
    await call(`DELETE jobs/job-${made - 1}`);
    await call(`DELETE jobs/job-${made}`);
  });
});

describe("retries", () => {
  it("follow a failure with pauses that double, then grow evenly, until their number is reached", async () => {
    endpoint.statuses.push(...Array.from({ length: 9 }, () => 503));
    const start = await advanceTo("12:00:00.000");
    const retryConfig = { retryCount: 4, minBackoffDuration: "10s", maxBackoffDuration: "3600s", maxDoublings: 1 };
    const job = await create({ schedule: "0 13 * * *", retryConfig });
    await call(`POST ${job}:run`, {});
    const pauses = [10, 20, 40, 60];
    for (const [index, pause] of pauses.entries()) {
      await endpoint.visited(index + 1);
      await local.cloud.clock.idle();
      await advance(pause);
    }
    await endpoint.visited(5);
    await local.cloud.clock.idle();
    await advance(600);
    expect(endpoint.visits).toHaveLength(5);
    expect((await call(`GET ${job}`)).body).toMatchObject({
      status: { code: 14 },
      scheduleTime: expect.stringContaining("T13:00:00"),
    });
    expect(local.cloud.clock.now() - start).toBeGreaterThan(700_000);
    await call(`DELETE ${job}`);
  });

  it("do not happen unless asked for; the failure is told", async () => {
    endpoint.statuses.push(404);
    const job = await create({});
    await call(`POST ${job}:run`, {});
    await endpoint.visited(1);
    await advance(1);
    expect((await call(`GET ${job}`)).body.status).toEqual({ code: 5 });
    await call(`DELETE ${job}`);
  });
});

describe("PauseJob, ResumeJob, RunJob, UpdateJob", () => {
  it("stop and restart the schedule, while a run may be asked for at any time", async () => {
    await advanceTo("20:30:00.000");
    const job = await create({});
    expect((await call(`POST ${job}:pause`, {})).body.state).toBe("PAUSED");
    expect(errorOf(await call(`POST ${job}:pause`, {})).status).toBe("FAILED_PRECONDITION");
    await advance(3 * 3600);
    expect(endpoint.visits).toEqual([]);
    await call(`POST ${job}:run`, {});
    await endpoint.visited(1);
    const resumed = await call(`POST ${job}:resume`, {});
    expect(resumed.body).toMatchObject({ state: "ENABLED", scheduleTime: expect.stringMatching(/T00:00:00/) });
    await advance(3600);
    await endpoint.visited(2);
    await call(`DELETE ${job}`);
  });

  it("change what the mask names, one target taking another's place", async () => {
    await advanceTo("20:30:00.000");
    const job = await create({ description: "old" });
    const pubsubTarget = { topicName: `projects/${testProject}/topics/t`, data: "eA==" };
    const changed = await call(`PATCH ${job}?updateMask=pubsubTarget,schedule,description`, {
      schedule: "15 * * * *",
      pubsubTarget,
    });
    expect(changed.body).toMatchObject({ pubsubTarget, scheduleTime: expect.stringContaining("T21:15:00") });
    expect(changed.body).not.toHaveProperty("httpTarget");
    expect(changed.body).not.toHaveProperty("description");
    await call(`DELETE ${job}`);
    expect(errorOf(await call(`PATCH ${job}?updateMask=schedule`, { schedule: "* * * * *" })).status).toBe("NOT_FOUND");
  });
});

/** The clients follow their environment, so they run in a process of their own. */
const script = (uri: string) => `
  import { CloudSchedulerClient } from "@google-cloud/scheduler";
  const client = new CloudSchedulerClient();
  const parent = "${parent}";
  const name = parent + "/jobs/official";
  const httpTarget = { uri: "${uri}", httpMethod: "PUT", headers: { a: "b" }, body: Buffer.from("hi") };
  const [made] = await client.createJob({ parent, job: { name, schedule: "*/5 * * * *", timeZone: "Europe/Berlin", httpTarget } });
  const [jobs] = await client.listJobs({ parent });
  const [paused] = await client.pauseJob({ name });
  const [resumed] = await client.resumeJob({ name });
  const [updated] = await client.updateJob({ job: { name, description: "new" }, updateMask: { paths: ["description"] } });
  await client.runJob({ name });
  await client.deleteJob({ name });
  const gone = await client.getJob({ name }).catch((error) => error);
  await client.close();
  console.log(JSON.stringify({ made: made.httpTarget.httpMethod, listed: jobs.length, paused: paused.state,
    resumed: resumed.state, description: updated.description, body: updated.httpTarget.body.toString(), gone: gone.code }));
`;

describe("the official client", () => {
  it("makes, lists, pauses, resumes, changes, runs and deletes a job over gRPC", async () => {
    const env = { PATH: process.env.PATH, ...(await local.environment()) };
    const program = ["--input-type=module", "-e", script(endpoint.url)];
    const { stdout } = await run(process.execPath, program, { env, cwd: root, timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual({
      made: "PUT",
      listed: 1,
      paused: "PAUSED",
      resumed: "ENABLED",
      description: "new",
      body: "hi",
      gone: 5,
    });
    await endpoint.visited(1);
    expect(endpoint.visits[0]).toMatchObject({ method: "PUT", body: "hi", headers: { a: "b" } });
  }, 60_000);
});
