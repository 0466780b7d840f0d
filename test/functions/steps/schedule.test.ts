import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createScheduler } from "../../../local/scheduler/scheduler.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import type { ScheduleInput } from "../../../plan/steps/schedule.ts";
import { accountEmail, ownershipOf } from "../../../spec/names.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type Steps, startSteps } from "../../support/steps.ts";

const ownership = ownershipOf({ installation: `${testProject}-alloyrun`, environment: "staging", labels: {} });
const requestUrl = "https://alloyrun-request-123.asia-northeast1.run.app";
const input: ScheduleInput = {
  job: `projects/${testProject}/locations/asia-northeast1/jobs/alloyrun-rebuild-staging`,
  rebuild: { schedule: "0 6 * * 1-5", timeZone: "Asia/Tokyo", level: "data", missed: "skip" },
  account: accountEmail(testProject, "alloyrun-scheduler"),
  environment: "staging",
  ...{ requestUrl, ownership },
};
const foreign = { ...input, ownership: { ...ownership, mark: "alloyrun:test-project-alloyrun/other" } };
const { rebuild: _, ...unwanted } = input;

let local: LocalCloud;
let steps: Steps;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createScheduler, createStorage, createIam] });
  const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
  await rest(local, `POST ${accounts}`, { body: { accountId: "alloyrun-scheduler" } });
  steps = await startSteps(local, testProject, ["schedule"]);
}, 60_000);
afterAll(async () => {
  await steps.stop();
  await local.stop();
});

const read = () => rest(local, `GET cloudscheduler.googleapis.com/v1/${input.job}`);
const plan = async (given: object) => (await steps.ask("schedule", { action: "plan", input: given })).body.changes;

describe("schedule", () => {
  it("plans the job that it will make, and makes none where none is wanted", async () => {
    const fields = [
      { path: "schedule", to: "0 6 * * 1-5" },
      { path: "timeZone", to: "Asia/Tokyo" },
      { path: "level", to: "data" },
    ];
    expect(await plan(input)).toMatchObject([{ action: "create", resource: input.job, fields }]);
    expect(await plan(unwanted)).toEqual([]);
    expect(await steps.carryOut("schedule", { input: unwanted })).toMatchObject({ output: {}, changes: [] });
    expect((await read()).status).toBe(404);
  });

  it("makes a job that asks for the rebuild in turn, as the installation's own account", async () => {
    const { output, changes } = await steps.carryOut("schedule", { input });
    expect([output, changes]).toEqual([{ job: input.job }, [`create ${input.job}`]]);
    const { body } = await read();
    expect(body).toMatchObject({
      ...{ schedule: "0 6 * * 1-5", timeZone: "Asia/Tokyo", state: "ENABLED", description: ownership.mark },
      retryConfig: { maxRetryDuration: "3600s" },
      httpTarget: {
        ...{ uri: `${requestUrl}/v1/requests`, httpMethod: "POST" },
        oidcToken: { serviceAccountEmail: input.account, audience: requestUrl },
      },
    });
    const { httpTarget } = body as { readonly httpTarget: { readonly body: string } };
    expect(JSON.parse(Buffer.from(httpTarget.body, "base64").toString())).toEqual({
      ...{ action: "rebuild", environment: "staging", level: "data", onBusy: "queue" },
      reason: "schedule 0 6 * * 1-5 Asia/Tokyo",
    });
  });

  it("changes nothing the second time", async () => {
    expect(await steps.carryOut("schedule", { input })).toMatchObject({ changes: [], reasons: [] });
    expect(await plan(input)).toEqual([]);
  });

  it.each([
    ["the time", { schedule: "30 7 * * *" }, "schedule"],
    ["the zone", { timeZone: "Europe/Berlin" }, "timeZone"],
    ["the level", { level: "all" }, "level"],
    ["for how long a missed one is tried again", { missed: "run" }, "retryConfig"],
  ] as const)("changes %s in place", async (_what, rebuild, path) => {
    const changed = { ...input, rebuild: { ...input.rebuild, ...rebuild } };
    const [update] = (await plan(changed)) as readonly { readonly fields: readonly object[] }[];
    // The request that it makes changes with it, which nobody reads in base64.
    expect(update?.fields).toMatchObject([{ path }]);
    expect(await steps.carryOut("schedule", { input: changed })).toMatchObject({ changes: [`update ${input.job}`] });
    expect(await plan(changed)).toEqual([]);
    await steps.carryOut("schedule", { input });
    expect((await read()).body).toMatchObject({ schedule: "0 6 * * 1-5", timeZone: "Asia/Tokyo" });
  });

  it("asks for the level from then on, and by the time that it has", async () => {
    const rebuild = { ...input.rebuild, level: "all", schedule: "30 7 * * *" };
    await steps.carryOut("schedule", { input: { ...input, rebuild } });
    const { httpTarget } = (await read()).body as { readonly httpTarget: { readonly body: string } };
    expect(JSON.parse(Buffer.from(httpTarget.body, "base64").toString())).toMatchObject({
      ...{ level: "all", reason: "schedule 30 7 * * * Asia/Tokyo" },
    });
    await steps.carryOut("schedule", { input });
  });

  it("shows in words what somebody has made of its request by hand", async () => {
    const { httpTarget } = (await read()).body as { readonly httpTarget: { readonly body: string } };
    const asked = JSON.parse(Buffer.from(httpTarget.body, "base64").toString());
    const body = Buffer.from(JSON.stringify({ ...asked, environment: "other" })).toString("base64");
    const url = `PATCH cloudscheduler.googleapis.com/v1/${input.job}?updateMask=httpTarget`;
    await rest(local, url, { body: { httpTarget: { ...httpTarget, body } } });
    const [update] = (await plan(input)) as readonly { readonly fields: readonly object[] }[];
    const from = expect.stringContaining('"environment":"other"');
    expect(update?.fields).toEqual([{ path: "httpTarget", from, to: expect.not.stringContaining("body") }]);
    await steps.carryOut("schedule", { input });
    expect(await plan(input)).toEqual([]);
  });

  it.each([
    ["alone", input],
    ["and is to be changed", { ...input, rebuild: { ...input.rebuild, schedule: "30 7 * * *" } }],
  ])("plans to let a job run again that somebody has paused, and does, where it is paused %s", async (_how, wanted) => {
    await rest(local, `POST cloudscheduler.googleapis.com/v1/${input.job}:pause`, { body: {} });
    const [change] = (await plan(wanted)) as readonly { readonly fields: readonly object[] }[];
    expect(change?.fields).toContainEqual({ path: "state", from: "PAUSED", to: "ENABLED" });
    expect(await steps.carryOut("schedule", { input: wanted })).toMatchObject({ changes: [`update ${input.job}`] });
    expect((await read()).body).toMatchObject({ state: "ENABLED" });
    expect(await plan(wanted)).toEqual([]);
    await steps.carryOut("schedule", { input });
  });

  it("refuses a job of somebody else by name, and neither changes nor removes it", async () => {
    const before = (await read()).text;
    const { status, body } = await steps.ask("schedule", { input: foreign });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`${input.job} exists and belongs to ${ownership.mark}`);
    const { rebuild: _rebuild, ...without } = foreign;
    expect(await plan(without)).toEqual([]);
    expect(await steps.carryOut("schedule", { input: without })).toMatchObject({ changes: [] });
    expect(await steps.carryOut("schedule", { action: "remove", input: foreign })).toMatchObject({ changes: [] });
    expect((await read()).text).toBe(before);
  });

  it("removes its own when the spec wants none any more", async () => {
    expect(await plan(unwanted)).toMatchObject([{ action: "delete", resource: input.job }]);
    expect(await steps.carryOut("schedule", { input: unwanted })).toMatchObject({ changes: [`delete ${input.job}`] });
    expect((await read()).status).toBe(404);
  });

  it("goes with the environment, once", async () => {
    await steps.carryOut("schedule", { input });
    const planned = await steps.ask("schedule", { action: "plan", input, run: { action: "down" } });
    expect(planned.body.changes).toMatchObject([{ action: "delete", resource: input.job }]);
    const remove = () => steps.carryOut("schedule", { action: "remove", input });
    expect(await remove()).toMatchObject({ changes: [`delete ${input.job}`] });
    expect(await remove()).toMatchObject({ changes: [] });
  });
});
