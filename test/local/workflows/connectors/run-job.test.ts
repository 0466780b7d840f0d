// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, type Json, type JsonObject } from "../../../../local/json.ts";
import { createWorkflowExecutions } from "../../../../local/workflows/executions.ts";
import { createWorkflows } from "../../../../local/workflows/workflows.ts";
import { type Fixture, parent, project, runner, startFixture } from "../../run/fixture.ts";

const root = `projects/${project}/locations/asia-northeast1`;
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture([createWorkflows, createWorkflowExecutions]);
  const { cloud } = fixture.local;
  for (const api of ["workflows", "workflowexecutions"]) {
    cloud.projects.setUsable(project, `${api}.googleapis.com`, true);
  }
  await cloud.clock.advance(600_000);
  const bindings = [{ role: "roles/run.admin", members: [`serviceAccount:${runner}`] }];
  cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${project}`, { bindings });
  await cloud.clock.advance(600_000);
  await createJob("prints", "console.log('seeding');");
  await createJob("breaks", "process.exit(3);");
}, 60_000);
afterAll(() => fixture.stop());

async function createJob(id: string, source: string): Promise<void> {
  const containers = [{ image: fixture.push(id, source) }];
  const template = { template: { serviceAccount: runner, containers, maxRetries: 0 } };
  const { error } = await fixture.operate("POST", `${parent}/jobs?jobId=${id}`, { template });
  expect(error).toBeUndefined();
}

/** What a workflow gives that runs a job, or the error that it met. */
async function runJob(job: string, more: JsonObject = {}): Promise<JsonObject> {
  const args = { name: `namespaces/${project}/jobs/${job}`, location: "asia-northeast1", ...more };
  const steps = [
    {
      start: {
        try: { call: "googleapis.run.v1.namespaces.jobs.run", args, result: "execution" },
        except: { as: "e", steps: [{ tell: { return: { tags: "${e.tags}", error: "${e}" } } }] },
      },
    },
    { give: { return: "${execution}" } },
  ];
  const id = `runs-${job}-${Object.keys(more).length}`;
  const body = { sourceContents: JSON.stringify({ main: { steps } }), serviceAccount: runner };
  const deployed = await fixture.operate(
    "POST",
    `workflows.googleapis.com/v1/${root}/workflows?workflowId=${id}`,
    body,
  );
  expect(deployed.error).toBeUndefined();
  const executions = `workflowexecutions.googleapis.com/v1/${root}/workflows/${id}/executions`;
  const started = await fixture.call("POST", executions, {});
  for (;;) {
    const { body: present } = await fixture.call("GET", `workflowexecutions.googleapis.com/v1/${started.body.name}`);
    if (present.state === "ACTIVE") await new Promise((resolve) => setImmediate(resolve));
    else return toObject(JSON.parse(String(present.result)));
  }
}

const toObject = (value: Json): JsonObject => (isJsonObject(value) ? value : {});
const completion = ({ status }: JsonObject) => {
  const { conditions } = isJsonObject(status) ? status : {};
  return Array.isArray(conditions)
    ? conditions.find((one) => isJsonObject(one) && one.type === "Completed")
    : undefined;
};

describe("googleapis.run.v1.namespaces.jobs.run", () => {
  it("waits until the execution of the job is over, and gives it", async () => {
    const execution = await runJob("prints");
    expect(execution).toMatchObject({ kind: "Execution", metadata: { name: expect.stringMatching(/^prints-/) } });
    expect(completion(execution)).toMatchObject({ status: "True" });
    expect(fixture.printed()).toContain("seeding");
  });

  it("raises OperationError when a task fails", async () => {
    const { tags, error } = await runJob("breaks");
    expect(tags).toContain("OperationError");
    expect(error).toMatchObject({ operation: { kind: "Execution" }, error: { type: "Completed", status: "False" } });
  });

  it("does not wait when told so", async () => {
    const execution = await runJob("prints", { connector_params: { skip_polling: true } });
    expect(completion(execution)).not.toMatchObject({ status: "True" });
  });
});
