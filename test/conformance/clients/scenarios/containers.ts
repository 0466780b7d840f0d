import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import { answering, pushImage } from "../../../support/push-image.ts";
import type { Actor, Scenario } from "../actor.ts";
import { location, project } from "../kind.ts";

const v2 = (method: string) => `google.cloud.run.v2.${method}`;
const longrunning = (method: string) => `run.googleapis.com google.longrunning.Operations.${method}`;
const names = (items: unknown) => (items as readonly JsonObject[]).map(({ name }) => String(name));

/** The account that containers run as; its name is each scenario's own. */
export async function makeRunner({ do: call, local }: Actor, accountId: string): Promise<string> {
  await call("google.iam.admin.v1.IAM.CreateServiceAccount", { name: project, accountId });
  await local.cloud.clock.advance(600_000);
  return `${accountId}@${testProject}.iam.gserviceaccount.com`;
}

/** An image of a program that does nothing for ever, or ends at once. */
export function pushJob({ local }: Actor, name: string, isEndless: boolean): string {
  const source = isEndless ? "setInterval(() => undefined, 1000);" : "console.log('done');";
  return pushImage(local, { project: testProject, name, source });
}

/** What has a policy of its own, and what may be in it. */
interface Guarded {
  /** Service with the three methods. */
  readonly service: string;
  readonly resource: string;
  readonly role?: string;
  readonly permission: string;
}

/** Sets, gets and tests a policy. */
export async function keepPolicy(
  { do: call }: Actor,
  { service, resource, role = "roles/run.invoker", permission }: Guarded,
): Promise<void> {
  const bindings = [{ role, members: ["user:jane@example.com"] }];
  await call(`${service}.SetIamPolicy`, { resource, policy: { bindings } }, { bindings });
  await call(`${service}.GetIamPolicy`, { resource }, { bindings });
  const permissions = [permission];
  await call(`${service}.TestIamPermissions`, { resource, permissions }, { permissions });
}

const services: Scenario = {
  title: "services of Cloud Run: create, update by mask, revisions, policies, operations, delete",
  async run(actor) {
    const { do: call, operate, local, stem } = actor;
    const serviceId = `web-${stem}`;
    const name = `${location}/services/${serviceId}`;
    const serviceAccount = await makeRunner(actor, `runs-web-${stem}`);
    const image = pushImage(local, { project: testProject, name: serviceId, source: answering("web") });
    const template = { serviceAccount, timeout: "30s", containers: [{ image }] };
    const service = { template, labels: { team: "data" } };
    const ready = { name, terminalCondition: { state: "CONDITION_SUCCEEDED" } };
    const made = await operate(v2("Services.CreateService"), { parent: location, serviceId, service }, ready);
    await call(
      v2("Services.GetService"),
      { name },
      { ...ready, labels: { team: "data" }, template: { timeout: "30s" } },
    );
    const { services: listed } = await call(v2("Services.ListServices"), { parent: location });
    expect(names(listed)).toContain(name);
    await operate(v2("Services.UpdateService"), {
      ...{ service: { name, template: { ...template, timeout: "40s" }, labels: {} }, updateMask: "template" },
    });
    await call(v2("Services.GetService"), { name }, { labels: { team: "data" }, template: { timeout: "40s" } });
    const { revisions } = await call(v2("Revisions.ListRevisions"), { parent: name });
    expect(names(revisions)).toHaveLength(2);
    const first = String(made.latestReadyRevision);
    await call(v2("Revisions.GetRevision"), { name: first }, { name: first, timeout: "30s" });
    await operate(v2("Revisions.DeleteRevision"), { name: first });
    await keepPolicy(actor, { service: v2("Services"), resource: name, permission: "run.routes.invoke" });
    const operation = await call(v2("Services.DeleteService"), { name });
    await call(longrunning("WaitOperation"), { name: operation.name ?? "", timeout: "60s" }, { done: true });
    await call(longrunning("DeleteOperation"), { name: operation.name ?? "" });
  },
};

const jobs: Scenario = {
  title: "jobs of Cloud Run: create, update, run, executions, tasks, policies, delete",
  async run(actor) {
    const { do: call, operate, stem, ended } = actor;
    const jobId = `batch-${stem}`;
    const name = `${location}/jobs/${jobId}`;
    const serviceAccount = await makeRunner(actor, `runs-job-${stem}`);
    const job = (isEndless: boolean, taskCount: number) => ({
      template: {
        taskCount,
        template: { maxRetries: 0, serviceAccount, containers: [{ image: pushJob(actor, jobId, isEndless) }] },
      },
    });
    await operate(v2("Jobs.CreateJob"), { parent: location, jobId, job: job(false, 1) }, { name });
    await operate(v2("Jobs.UpdateJob"), { job: { name, ...job(false, 2) } });
    await call(v2("Jobs.GetJob"), { name }, { template: { taskCount: 2 } });
    expect(names((await call(v2("Jobs.ListJobs"), { parent: location })).jobs)).toContain(name);
    const execution = await operate(v2("Jobs.RunJob"), { name }, { succeededCount: 2 });
    const executed = { name: execution.name ?? "" };
    await call(v2("Executions.GetExecution"), executed, { succeededCount: 2 });
    await call(v2("Executions.ListExecutions"), { parent: name }, { executions: [executed] });
    const { tasks } = await call(v2("Tasks.ListTasks"), { parent: executed.name });
    const [task = ""] = names(tasks);
    await call(v2("Tasks.GetTask"), { name: task }, { execution: String(executed.name).split("/").at(-1) ?? "" });
    await operate(v2("Executions.DeleteExecution"), executed);
    await operate(v2("Jobs.UpdateJob"), { job: { name, ...job(true, 1) } });
    const running = await call(v2("Jobs.RunJob"), { name });
    const [endless = ""] = names((await call(v2("Executions.ListExecutions"), { parent: name })).executions);
    await operate(v2("Executions.CancelExecution"), { name: endless }, { cancelledCount: 1 });
    await ended("run.googleapis.com", running);
    await keepPolicy(actor, { service: v2("Jobs"), resource: name, permission: "run.jobs.run" });
    await operate(v2("Jobs.DeleteJob"), { name });
  },
};

/** Cloud Run by its version 2. */
export const containerScenarios: readonly Scenario[] = [services, jobs];
