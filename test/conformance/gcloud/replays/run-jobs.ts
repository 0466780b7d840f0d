import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { pushImage } from "../../../support/push-image.ts";
import { look } from "../loops.ts";
import { policyReplays } from "../policy.ts";
import type { ReplayGroup } from "../replay.ts";
import { textAt } from "../run-wait.ts";
import type { Wire } from "../wire.ts";

const region = "asia-northeast1";
const jobsApi = (namespace: string) =>
  `${region}-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${namespace}`;
const job = ({ project }: Wire) => `${jobsApi(project)}/jobs/seed`;
const located = ({ project }: Wire) => `run.googleapis.com/v1/projects/${project}/locations/${region}`;

/** The job once it is ready as it was last written. */
const settled = (wire: Wire) =>
  look(
    () => wire.send(`GET ${job(wire)}`),
    ({ status }) => JSON.stringify(status).includes('"type":"Ready","status":"True"'),
  );

/** Name of the job's one execution. */
async function executionOf(wire: Wire): Promise<string> {
  const selector = encodeURIComponent("run.googleapis.com/job = seed");
  const { body } = await wire.send(`GET ${jobsApi(wire.project)}/executions?labelSelector=${selector}&limit=100`);
  return textAt(Array.isArray(body.items) ? body.items[0] : {}, "metadata", "name");
}

/** Deletes, and asks until it is gone. */
async function remove(wire: Wire, one: string): Promise<void> {
  expect(await wire.send(`DELETE ${one}`)).toMatchObject({ status: 200, body: { status: "Success" } });
  for (let gone = false; !gone; ) gone = (await wire.send(`GET ${one}`)).status === 404;
}

/** What gcloud sends to Cloud Run of jobs and their executions. */
export const runJobReplays: ReplayGroup = {
  project: "replay-run-jobs",
  replays: [
    {
      row: "run: jobs create",
      async play(wire) {
        const source = 'console.log("did", process.env.A);';
        const body = {
          apiVersion: "run.googleapis.com/v1",
          kind: "Job",
          metadata: { name: "seed", namespace: wire.project, annotations: {}, labels: {} },
          spec: {
            template: {
              spec: {
                taskCount: 2,
                template: {
                  spec: {
                    maxRetries: 0,
                    timeoutSeconds: "300",
                    containers: [
                      {
                        name: "",
                        image: pushImage(wire.local, { project: wire.project, name: "seed", source }),
                        env: [{ name: "A", value: "b" }],
                      },
                    ],
                  },
                },
              },
            },
          },
          status: {},
        };
        const answer = await wire.send(`POST ${jobsApi(wire.project)}/jobs`, { body });
        expect(answer).toMatchObject({ status: 200, body: { kind: "Job", metadata: { namespace: wire.number } } });
        const made = await settled(wire);
        expect(made).toMatchObject({
          spec: { template: { spec: { template: { spec: { maxRetries: 0, timeoutSeconds: "300" } } } } },
        });
      },
    },
    {
      row: "run: jobs execute --wait",
      async play(wire) {
        const { body: started } = await wire.send(`POST ${jobsApi(wire.project)}/jobs/seed:run`, { body: {} });
        const { name, namespace } = started.metadata as { name: string; namespace: string };
        const isOver = ({ status }: JsonObject) =>
          /"type":"Completed","status":"(?:True|False)"/.test(JSON.stringify(status));
        const ended = await look(() => wire.send(`GET ${jobsApi(namespace)}/executions/${name}`), isOver);
        expect(ended).toMatchObject({
          metadata: { labels: { "run.googleapis.com/job": "seed" } },
          status: { succeededCount: 2 },
        });
        const selector = encodeURIComponent(`run.googleapis.com/execution = ${name}`);
        const { body: tasks } = await wire.send(`GET ${jobsApi(wire.project)}/tasks?labelSelector=${selector}`);
        expect(tasks).toMatchObject({ items: [{ kind: "Task" }, { status: { index: 1 } }] });
      },
    },
    {
      row: "run: jobs executions list",
      async play(wire) {
        const selector = "labelSelector=run.googleapis.com/job = seed&limit=100";
        expect((await wire.send(`GET ${jobsApi(wire.project)}/executions?${selector}`)).body.items).toHaveLength(1);
        const other = "labelSelector=run.googleapis.com/job = other";
        expect((await wire.send(`GET ${jobsApi(wire.project)}/executions?${other}`)).body.items).toBeUndefined();
      },
    },
    {
      row: "run: jobs executions describe",
      source: "recorded",
      async play(wire) {
        const name = await executionOf(wire);
        const { body } = await wire.send(`GET ${jobsApi(wire.project)}/executions/${name}`);
        expect(body).toMatchObject({ kind: "Execution", metadata: { name }, status: { succeededCount: 2 } });
      },
    },
    {
      row: "run: jobs executions delete",
      source: "recorded",
      play: async (wire) => remove(wire, `${jobsApi(wire.project)}/executions/${await executionOf(wire)}`),
    },
    {
      row: "run: jobs describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${job(wire)}`);
        expect(body).toMatchObject({
          kind: "Job",
          metadata: { name: "seed", namespace: wire.number, labels: { "cloud.googleapis.com/location": region } },
          status: { executionCount: 1 },
        });
      },
    },
    {
      row: "run: jobs list",
      source: "recorded",
      async play(wire) {
        const everywhere = `run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${wire.project}`;
        for (const address of [jobsApi(wire.project), everywhere]) {
          const { body } = await wire.send(`GET ${address}/jobs`);
          expect(body.items).toMatchObject([{ metadata: { name: "seed" } }]);
        }
      },
    },
    {
      row: "run: jobs update",
      source: "recorded",
      async play(wire) {
        const read = await settled(wire);
        const same = await wire.send(`PUT ${job(wire)}`, { body: { ...read, status: {} } });
        expect(same).toMatchObject({ status: 200, body: { metadata: { generation: 1 } } });
        expect(await wire.send(`PUT ${job(wire)}`, { body: read })).toMatchObject({ status: 409 });
        const changed = JSON.parse(
          JSON.stringify(await settled(wire)).replace('"maxRetries":0', '"maxRetries":1'),
        ) as JsonObject;
        const put = await wire.send(`PUT ${job(wire)}`, { body: changed });
        expect(put).toMatchObject({ status: 200, body: { metadata: { generation: 2 } } });
        expect(put.text).toContain('"maxRetries":1');
        expect(await settled(wire)).toMatchObject({ status: { observedGeneration: 2 } });
      },
    },
    ...policyReplays({
      family: "run: jobs",
      role: "roles/run.invoker",
      read: (wire) => `GET ${located(wire)}/jobs/seed:getIamPolicy`,
      write: (wire) => `${located(wire)}/jobs/seed:setIamPolicy`,
      version: 1,
    }),
    {
      row: "run: jobs delete",
      play: (wire) => remove(wire, job(wire)),
    },
  ],
};
