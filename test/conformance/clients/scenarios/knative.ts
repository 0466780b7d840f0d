import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import { answering, pushImage } from "../../../support/push-image.ts";
import type { Scenario } from "../actor.ts";
import { location } from "../kind.ts";
import { keepPolicy, makeRunner, pushJob } from "./containers.ts";

const v1 = (method: string) => `google.cloud.run.v1.${method}`;
const ready = { status: { conditions: expect.arrayContaining([expect.objectContaining(succeeded())]) as never } };

function succeeded(): JsonObject {
  return { type: "Ready", status: "True" };
}

/** Names in a list whose items begin with a stem. */
function namesIn({ items }: JsonObject, begin: string): string[] {
  const all = items as readonly (JsonObject & { readonly metadata: JsonObject })[];
  return all.map(({ metadata }) => String(metadata.name)).filter((name) => name.startsWith(begin));
}

const services: Scenario = {
  title: "services of Knative: create, replace, configurations, routes, revisions, policies, delete",
  async run(actor) {
    const { do: call, local, stem } = actor;
    const id = `old-${stem}`;
    const name = `${location}/services/${id}`;
    const serviceAccountName = await makeRunner(actor, `runs-old-${stem}`);
    const image = pushImage(local, { project: testProject, name: id, source: answering("old") });
    const service = (timeoutSeconds: number) => ({
      ...{ apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name: id, namespace: testProject } },
      spec: { template: { spec: { serviceAccountName, timeoutSeconds, containers: [{ image }] } } },
    });
    await call(v1("Services.CreateService"), { parent: location, service: service(30) });
    await local.cloud.clock.idle();
    await call(v1("Services.GetService"), { name }, ready);
    await call(v1("Services.ReplaceService"), { name, service: service(40) });
    await local.cloud.clock.idle();
    await call(v1("Services.GetService"), { name }, { spec: { template: { spec: { timeoutSeconds: 40 } } }, ...ready });
    expect(namesIn(await call(v1("Services.ListServices"), { parent: location }), id)).toEqual([id]);
    for (const [kind, collection] of [
      ["Configuration", "configurations"],
      ["Route", "routes"],
    ]) {
      await call(v1(`${kind}s.Get${kind}`), { name: `${location}/${collection}/${id}` }, { metadata: { name: id } });
      const listed = await call(v1(`${kind}s.List${kind}s`), { parent: location });
      expect(namesIn(listed, id)).toEqual([id]);
    }
    const revisions = namesIn(await call(v1("Revisions.ListRevisions"), { parent: location }), id).sort();
    expect(revisions).toHaveLength(2);
    const first = { name: `${location}/revisions/${revisions[0]}` };
    await call(v1("Revisions.GetRevision"), first, { spec: { timeoutSeconds: 30 } });
    await call(v1("Revisions.DeleteRevision"), first, { status: "Success" });
    await keepPolicy(actor, { service: v1("Services"), resource: name, permission: "run.routes.invoke" });
    await call(v1("Services.DeleteService"), { name }, { status: "Success" });
    await local.cloud.clock.idle();
  },
};

const jobs: Scenario = {
  title: "jobs of Knative: create, replace, run, executions, tasks, policies, delete",
  async run(actor) {
    const { do: call, local, stem } = actor;
    const id = `chore-${stem}`;
    const name = `${location}/jobs/${id}`;
    const serviceAccountName = await makeRunner(actor, `runs-chore-${stem}`);
    const job = (isEndless: boolean) => ({
      ...{ apiVersion: "run.googleapis.com/v1", kind: "Job", metadata: { name: id, namespace: testProject } },
      spec: {
        template: {
          spec: {
            template: {
              spec: { maxRetries: 0, serviceAccountName, containers: [{ image: pushJob(actor, id, isEndless) }] },
            },
          },
        },
      },
    });
    await call(v1("Jobs.CreateJob"), { parent: location, job: job(false) }, { metadata: { name: id } });
    await local.cloud.clock.idle();
    await call(v1("Jobs.GetJob"), { name }, ready);
    expect(namesIn(await call(v1("Jobs.ListJobs"), { parent: location }), id)).toEqual([id]);
    const run = async () => {
      const { metadata } = await call(v1("Jobs.RunJob"), { name });
      return `${location}/executions/${(metadata as JsonObject).name}`;
    };
    const whole = await run();
    await local.cloud.clock.idle();
    await call(v1("Executions.GetExecution"), { name: whole }, { status: { succeededCount: 1 } });
    expect(namesIn(await call(v1("Executions.ListExecutions"), { parent: location }), id)).toHaveLength(1);
    const [task = ""] = namesIn(await call(v1("Tasks.ListTasks"), { parent: location }), id);
    await call(v1("Tasks.GetTask"), { name: `${location}/tasks/${task}` }, { metadata: { name: task } });
    await call(v1("Executions.DeleteExecution"), { name: whole }, { status: "Success" });
    await call(v1("Jobs.ReplaceJob"), { name, job: job(true) });
    await local.cloud.clock.idle();
    const endless = await run();
    await call(v1("Executions.CancelExecution"), { name: endless });
    await local.cloud.clock.idle();
    await call(v1("Executions.GetExecution"), { name: endless }, { status: { cancelledCount: 1 } });
    await keepPolicy(actor, { service: v1("Jobs"), resource: name, permission: "run.jobs.run" });
    await call(v1("Jobs.DeleteJob"), { name }, { status: "Success" });
    await local.cloud.clock.idle();
  },
};

/** Cloud Run by its version 1. */
export const knativeScenarios: readonly Scenario[] = [services, jobs];
