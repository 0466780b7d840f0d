import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Fixture, parent, project, runner, startFixture } from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.stop());

const name = (job: string) => `projects/${project}/locations/asia-northeast1/jobs/${job}`;

const template = (image: string, more: object = {}, task: object = {}) => ({
  ...more,
  template: { serviceAccount: runner, containers: [{ image }], maxRetries: 0, ...task },
});

async function create(job: string, source: string, { more = {}, task = {} } = {}): Promise<void> {
  const image = fixture.push(job, source);
  const operation = await fixture.operate("POST", `${parent}/jobs?jobId=${job}`, {
    template: template(image, more, task),
  });
  expect(operation.error).toBeUndefined();
}

const tasksOf = async (execution: string) => {
  const { body } = await fixture.call("GET", `run.googleapis.com/v2/${execution}/tasks`);
  return body.tasks as readonly Record<string, unknown>[];
};

describe("RunJob", () => {
  it("runs every task with its index and ends with the execution", async () => {
    const print =
      "console.log('task ' + process.env.CLOUD_RUN_TASK_INDEX + ' of ' + process.env.CLOUD_RUN_TASK_COUNT);";
    await create("counts", print, { more: { taskCount: 3, parallelism: 2 } });
    const operation = await fixture.operate("POST", `${parent}/jobs/counts:run`, {});
    expect(operation).toMatchObject({
      metadata: { "@type": "type.googleapis.com/google.cloud.run.v2.Execution" },
      response: {
        name: expect.stringMatching(new RegExp(`^${name("counts")}/executions/counts-[a-z]{5}$`)),
        succeededCount: 3,
        completionTime: expect.any(String),
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: "Completed", state: "CONDITION_SUCCEEDED" }),
        ]),
      },
    });
    expect(fixture.printed().filter((line) => line.startsWith("task "))).toEqual(
      expect.arrayContaining(["task 0 of 3", "task 1 of 3", "task 2 of 3"]),
    );
    const job = await fixture.call("GET", `${parent}/jobs/counts`);
    expect(job.body).toMatchObject({
      executionCount: 1,
      latestCreatedExecution: { completionStatus: "EXECUTION_SUCCEEDED" },
    });
  });

  it("tells a failing task's exit code after its retries, and the operation fails", async () => {
    await create("fails", "console.log('attempt ' + process.env.CLOUD_RUN_TASK_ATTEMPT); process.exit(12);", {
      task: { maxRetries: 1 },
    });
    const operation = await fixture.operate("POST", `${parent}/jobs/fails:run`, {});
    expect(operation.error?.message).toMatch(
      /^Task fails-[a-z]{5}-task0 failed with message: The container exited with an error\.$/,
    );
    const { body } = await fixture.call("GET", `${parent}/jobs/fails/executions`);
    const [execution] = body.executions as { name: string }[];
    expect(execution).toMatchObject({ failedCount: 1, retriedCount: 1 });
    expect(await tasksOf(execution?.name ?? "")).toMatchObject([{ retried: 1, lastAttemptResult: { exitCode: 12 } }]);
    expect(fixture.printed()).toEqual(expect.arrayContaining(["attempt 0", "attempt 1"]));
  });

  it("applies overrides to one execution only", async () => {
    await create("greets", "console.log(process.argv.slice(2).join(' ') + ' ' + process.env.WHO);");
    const overrides = { containerOverrides: [{ args: ["good", "day"], env: [{ name: "WHO", value: "you" }] }] };
    await fixture.operate("POST", `${parent}/jobs/greets:run`, { overrides });
    await fixture.operate("POST", `${parent}/jobs/greets:run`, {});
    expect(fixture.printed()).toEqual(expect.arrayContaining(["good day you", " undefined"]));
  });

  it("ends a task that takes too long", async () => {
    await create("sleeps", "setInterval(() => undefined, 1000);", { task: { timeout: "1s" } });
    const operation = await fixture.operate("POST", `${parent}/jobs/sleeps:run`, {});
    expect(operation.error?.message).toContain("exceeded the configured timeout");
  });

  it("cancels a running execution", async () => {
    await create("endless", "console.log('endless runs'); setInterval(() => undefined, 1000);");
    const { body: operation } = await fixture.call("POST", `${parent}/jobs/endless:run`, {});
    const { name: execution } = operation.metadata as { name: string };
    const cancelled = await fixture.operate("POST", `run.googleapis.com/v2/${execution}:cancel`, {});
    expect(cancelled.response).toMatchObject({ cancelledCount: 1, completionTime: expect.any(String) });
    const again = await fixture.call("POST", `run.googleapis.com/v2/${execution}:cancel`, {});
    expect(again).toMatchObject({ status: 400, body: { error: { status: "FAILED_PRECONDITION" } } });
  });

  it("demands a right of its own for overrides", async () => {
    const email = "starter@example.com";
    const bindings = [{ role: "roles/run.invoker", members: [`user:${email}`] }];
    await fixture.call("POST", `${parent}/jobs/counts:setIamPolicy`, { policy: { bindings } });
    await fixture.local.cloud.clock.advance(600_000);
    const start = (body: object) => fixture.call("POST", `${parent}/jobs/counts:run`, body, `user:${email}`);
    expect((await start({ overrides: { taskCount: 1 } })).status).toBe(403);
    expect((await start({})).status).toBe(200);
    await fixture.local.cloud.clock.idle();
  });
});

describe("execution tokens", () => {
  it("make the job ready when the execution has run, and the same token starts nothing again", async () => {
    const image = fixture.push("seeds", "console.log('seeded ' + process.env.CLOUD_RUN_EXECUTION);");
    const job = { template: template(image), runExecutionToken: "r1" };
    await fixture.operate("POST", `${parent}/jobs?jobId=seeds`, job);
    expect(fixture.printed()).toContain("seeded seeds-r1");
    const updated = await fixture.operate("PATCH", `run.googleapis.com/v2/${name("seeds")}`, job);
    expect(updated.response).toMatchObject({ executionCount: 1, latestCreatedExecution: { name: "seeds-r1" } });
    await fixture.operate("PATCH", `run.googleapis.com/v2/${name("seeds")}`, { ...job, runExecutionToken: "r2" });
    expect(fixture.printed().filter((line) => line.startsWith("seeded "))).toEqual([
      "seeded seeds-r1",
      "seeded seeds-r2",
    ]);
  });
});

describe("run tokens of executions that fail", () => {
  it("fail the job with the execution's message, until another token succeeds", async () => {
    const bad = fixture.push("bad-seed", "process.exit(11);");
    const job = { template: template(bad), runExecutionToken: "a" };
    const failed = await fixture.operate("POST", `${parent}/jobs?jobId=bad-seed`, job);
    expect(failed.error).toMatchObject({ code: 9, message: expect.stringContaining("Task bad-seed-a-task0 failed") });
    expect((await fixture.call("GET", `${parent}/jobs/bad-seed`)).body).toMatchObject({
      terminalCondition: { state: "CONDITION_FAILED", executionReason: "NON_ZERO_EXIT_CODE" },
      latestCreatedExecution: { name: "bad-seed-a", completionStatus: "EXECUTION_FAILED" },
    });
    const mended = { template: template(fixture.push("good-seed", "")), runExecutionToken: "b" };
    const updated = await fixture.operate("PATCH", `run.googleapis.com/v2/${name("bad-seed")}`, mended);
    expect(updated.response).toMatchObject({ terminalCondition: { state: "CONDITION_SUCCEEDED" }, executionCount: 2 });
  });
});

describe("CreateJob", () => {
  it("fills in defaults, keeps an explicit zero of retries, and refuses a second one", async () => {
    const image = fixture.push("defaults", "");
    const body = { template: { template: { serviceAccount: runner, containers: [{ image }] } } };
    const made = await fixture.operate("POST", `${parent}/jobs?jobId=defaults`, body);
    expect(made.response).toMatchObject({
      template: {
        taskCount: 1,
        template: { maxRetries: 3, timeout: "600s", executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2" },
      },
      terminalCondition: { state: "CONDITION_SUCCEEDED" },
    });
    const zero = await fixture.operate("PATCH", `run.googleapis.com/v2/${name("defaults")}`, {
      template: template(image),
    });
    expect(zero.response).toMatchObject({ generation: "2", template: { template: { maxRetries: 0 } } });
    expect((await fixture.call("POST", `${parent}/jobs?jobId=defaults`, body)).status).toBe(409);
    const missing = await fixture.call("GET", `${parent}/jobs/none`);
    expect(missing.body.error?.message).toBe(`job "${name("none")}" not found`);
  });

  it("deletes a job with its executions", async () => {
    await create("brief", "");
    await fixture.operate("POST", `${parent}/jobs/brief:run`, {});
    await fixture.operate("DELETE", `${parent}/jobs/brief`);
    expect((await fixture.call("GET", `${parent}/jobs/brief/executions`)).status).toBe(404);
  });
});
