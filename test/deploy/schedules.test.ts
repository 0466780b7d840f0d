import { describe, expect, it } from "@jest/globals";
import { ensureSchedules, planSchedules } from "../../deploy/schedules.ts";
import type { SchedulerClient, SchedulerJob } from "../../google/clients/scheduler.ts";

const target = { project: "my-project", projectNumber: "123", region: "asia-northeast1" };
const name = "projects/my-project/locations/asia-northeast1/jobs/alloyrun-sweep";

/** Cloud Scheduler in memory, which notes what it is asked to change. */
function createScheduler(jobs: Record<string, SchedulerJob> = {}) {
  const asked: string[] = [];
  const scheduler: Pick<SchedulerClient, "getJob" | "createJob" | "patchJob" | "resumeJob"> = {
    getJob: async (job) => jobs[job],
    async resumeJob(job) {
      asked.push(`resume ${job}`);
      jobs[job] = { ...jobs[job], state: "ENABLED" };
      return jobs[job];
    },
    async createJob(job, body) {
      asked.push(`create ${job}`);
      jobs[job] = { ...body, httpTarget: { ...body.httpTarget, headers: { "User-Agent": "Google-Cloud-Scheduler" } } };
      return body;
    },
    async patchJob(job, body, mask) {
      asked.push(`patch ${job}: ${mask}`);
      jobs[job] = { ...jobs[job], ...body };
      return body;
    },
  };
  return { scheduler, jobs, asked };
}

describe("ensureSchedules", () => {
  it("has the sweep asked for every quarter of an hour, by the account for schedules, once", async () => {
    const { scheduler, jobs, asked } = createScheduler();
    await ensureSchedules(scheduler, target);
    await ensureSchedules(scheduler, target);
    expect(asked).toEqual([`create ${name}`]);
    const url = "https://alloyrun-request-123.asia-northeast1.run.app";
    const { httpTarget, ...job } = jobs[name] ?? {};
    expect(job).toMatchObject({ schedule: "*/15 * * * *", timeZone: "Etc/UTC", description: expect.any(String) });
    expect(JSON.parse(Buffer.from(httpTarget?.body ?? "", "base64").toString())).toMatchObject({ action: "sweep" });
    expect(httpTarget).toMatchObject({
      uri: `${url}/v1/requests`,
      oidcToken: {
        serviceAccountEmail: "alloyrun-scheduler@my-project.iam.gserviceaccount.com",
        audience: url,
      },
    });
  });

  it("brings a job of another version up to this one", async () => {
    const { scheduler, jobs, asked } = createScheduler();
    await ensureSchedules(scheduler, target);
    jobs[name] = { ...jobs[name], schedule: "0 * * * *" };
    await ensureSchedules(scheduler, target);
    expect(asked[1]).toMatch(/^patch .*schedule/);
    expect(jobs[name]?.schedule).toBe("*/15 * * * *");
  });

  it("lets a job run again that somebody paused", async () => {
    const { scheduler, jobs, asked } = createScheduler();
    await ensureSchedules(scheduler, target);
    jobs[name] = { ...jobs[name], state: "PAUSED" };
    expect(await planSchedules(scheduler, target)).toMatchObject([{ action: "update", differences: ["+ resumed"] }]);
    await ensureSchedules(scheduler, target);
    expect(asked.at(-1)).toBe(`resume ${name}`);
    expect(await planSchedules(scheduler, target)).toEqual([]);
  });

  it("is planned by what differs, and not at all once the job is there", async () => {
    const { scheduler, jobs, asked } = createScheduler();
    expect(await planSchedules(scheduler, target)).toMatchObject([{ action: "create", resource: name }]);
    expect(asked).toEqual([]);
    await ensureSchedules(scheduler, target);
    expect(await planSchedules(scheduler, target)).toEqual([]);
    jobs[name] = { ...jobs[name], schedule: "0 * * * *" };
    expect(await planSchedules(scheduler, target)).toEqual([
      { kind: "schedule", action: "update", resource: name, differences: ["~ schedule"] },
    ]);
  });

  it("leaves a job of somebody else's as it is, and says so", async () => {
    const { scheduler, asked } = createScheduler({ [name]: { description: "ours" } });
    await expect(ensureSchedules(scheduler, target)).rejects.toMatchObject({ code: "ALREADY_EXISTS", resource: name });
    expect(asked).toEqual([]);
  });
});
