import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../../local/json.ts";
import { answering, pushImage } from "../../../support/push-image.ts";
import { look } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire, WireAnswer } from "../wire.ts";

const region = "asia-northeast1";
const host = `${region}-run.googleapis.com`;
const knative = ({ project }: Wire) => `${host}/apis/serving.knative.dev/v1/namespaces/${project}`;
const jobsApi = (namespace: string) => `${host}/apis/run.googleapis.com/v1/namespaces/${namespace}`;
const located = ({ project }: Wire) => `run.googleapis.com/v1/projects/${project}/locations/${region}`;
const isDone = ({ done }: JsonObject) => done === true;

function image({ local, project }: Wire, name: string): string {
  return pushImage(local, { project, name, source: answering(name) });
}

function manifest(wire: Wire, name: string, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: { name, namespace: wire.project, annotations: { "run.googleapis.com/ingress": "all" } },
    spec: {
      template: {
        metadata: {
          annotations: { "autoscaling.knative.dev/maxScale": "10", "run.googleapis.com/execution-environment": "gen1" },
        },
        spec: { containers: [{ image: image(wire, "web"), ports: [{ containerPort: 8080 }], ...more }] },
      },
    },
  };
}

/** The long poll of a service's operation, whose response is the service. */
async function waitService(wire: Wire, { status, body }: WireAnswer): Promise<JsonObject> {
  expect({ status, body }).toMatchObject({ status: 200 });
  const id = textAt(body, "metadata", "annotations", "run.googleapis.com/operation-id");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const operation = `${host}/v1/projects/${wire.project}/locations/${region}/operations/${id}`;
  const poll = () => wire.send(`POST ${operation}:wait`, { body: { timeout: "30s" } });
  const { response, error } = await look(poll, isDone);
  // Two more looks follow the one that found it done.
  await look(poll, isDone);
  expect(error).toBeUndefined();
  return isJsonObject(response) ? response : {};
}

function textAt(value: unknown, ...[first, ...rest]: readonly string[]): string {
  if (first === undefined) return String(value);
  return isJsonObject(value) ? textAt(value[first], ...rest) : "";
}

const ready = ["Ready", "ConfigurationsReady", "RoutesReady"].map((type) => ({ type, status: "True" }));

/** What gcloud sends to Cloud Run. */
export const runReplays: ReplayGroup = {
  project: "replay-run",
  replays: [
    {
      row: "run: services replace",
      async play(wire) {
        const one = `${knative(wire)}/services/service-alloyrun`;
        for (let count = 0; count < 2; count += 1) expect(await wire.send(`GET ${one}`)).toMatchObject({ status: 404 });
        const body = manifest(wire, "service-alloyrun");
        const made = await waitService(wire, await wire.send(`POST ${knative(wire)}/services`, { body }));
        expect(made).toMatchObject({
          kind: "Service",
          metadata: { name: "service-alloyrun", namespace: wire.number, generation: 1 },
          status: {
            observedGeneration: 1,
            conditions: ready,
            url: expect.stringMatching(/^https:\/\/service-alloyrun-/),
          },
        });

        const { body: read } = await wire.send(`GET ${one}`);
        const metadata = {
          ...(body.metadata as JsonObject),
          resourceVersion: textAt(read, "metadata", "resourceVersion"),
        };
        const again = await wire.send(`PUT ${one}`, { body: { ...body, metadata } });
        const same = await waitService(wire, again);
        expect(textAt(same, "status", "latestCreatedRevisionName")).toBe(
          textAt(made, "status", "latestCreatedRevisionName"),
        );
        const stale = await wire.send(`PUT ${one}`, { body: { ...body, metadata } });
        expect(stale).toMatchObject({
          status: 409,
          body: {
            error: { status: "ABORTED", message: expect.stringMatching(/^Conflict for resource 'service-alloyrun'/) },
          },
        });
      },
    },
    {
      row: "run: deploy",
      async play(wire) {
        const enabled = `serviceusage.googleapis.com/v1/projects/${wire.project}/services/run.googleapis.com`;
        expect(await wire.send(`GET ${enabled}`)).toMatchObject({ status: 200 });
        expect(await wire.send(`GET ${knative(wire)}/services/web`)).toMatchObject({ status: 404 });
        const client = { "run.googleapis.com/client-name": "gcloud", "run.googleapis.com/client-version": "528.0.0" };
        const body = {
          apiVersion: "serving.knative.dev/v1",
          kind: "Service",
          metadata: { name: "web", namespace: wire.project, annotations: client, labels: {} },
          spec: {
            template: {
              metadata: {
                annotations: { ...client, "run.googleapis.com/startup-cpu-boost": "True" },
                labels: { "client.knative.dev/nonce": "abc" },
              },
              spec: {
                containerConcurrency: 80,
                timeoutSeconds: 300,
                containers: [{ image: image(wire, "web"), name: "" }],
              },
            },
            traffic: [{ percent: 100, latestRevision: true }],
          },
          status: {},
        };
        const created = await wire.send(`POST ${knative(wire)}/services`, { body });
        const { body: policy } = await wire.send(`GET ${located(wire)}/services/web:getIamPolicy`);
        const bindings = [{ role: "roles/run.invoker", members: ["allUsers"] }];
        const set = await wire.send(`POST ${located(wire)}/services/web:setIamPolicy`, {
          body: { policy: { ...policy, bindings } },
        });
        expect(set).toMatchObject({ status: 200, body: { bindings } });
        expect(await waitService(wire, created)).toMatchObject({
          metadata: { annotations: client },
          spec: { template: { metadata: { annotations: client, labels: { "client.knative.dev/nonce": "abc" } } } },
          status: { conditions: ready, traffic: [{ percent: 100, latestRevision: true }] },
        });
      },
    },
    {
      row: "run: services add-iam-policy-binding",
      async play(wire) {
        const name = `${located(wire)}/services/web`;
        const { body: policy } = await wire.send(`GET ${name}:getIamPolicy?options.requestedPolicyVersion=3`);
        const bindings = [{ role: "roles/run.invoker", members: ["allUsers", "user:a@example.com"] }];
        const set = () =>
          wire.send(`POST ${name}:setIamPolicy`, { body: { policy: { ...policy, bindings, version: 3 } } });
        expect(await set()).toMatchObject({ status: 200, body: { bindings } });
        expect(await set()).toMatchObject({ status: 409 });
        const permissions = ["run.services.get", "run.routes.invoke"];
        const tested = await wire.send(`POST ${name}:testIamPermissions`, { body: { permissions } });
        expect(tested.body).toEqual({ permissions });
      },
    },
    {
      row: "run: services describe",
      async play(wire) {
        expect(await wire.send(`GET ${knative(wire)}/services/web`)).toMatchObject({
          body: {
            metadata: {
              name: "web",
              uid: expect.any(String),
              selfLink: expect.stringContaining(`/namespaces/${wire.number}/services/web`),
            },
          },
        });
        const byNumber = `${host}/apis/serving.knative.dev/v1/namespaces/${wire.number}/services/web`;
        expect(await wire.send(`GET ${byNumber}`)).toMatchObject({ status: 200 });
        expect(await wire.send(`GET ${knative(wire)}/configurations/web`)).toMatchObject({
          body: { kind: "Configuration" },
        });
        expect(await wire.send(`GET ${knative(wire)}/routes/web`)).toMatchObject({ body: { kind: "Route" } });
        const elsewhere = `europe-west1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/${wire.project}`;
        expect(await wire.send(`GET ${elsewhere}/services/web`)).toMatchObject({
          status: 404,
          body: {
            error: {
              message: `Resource 'web' of kind 'SERVICE' in region 'europe-west1' in project '${wire.project}' does not exist.`,
            },
          },
        });
        expect(
          await wire.send(`GET run.googleapis.com/v1/projects/${wire.project}/locations?pageSize=100`),
        ).toMatchObject({
          body: { locations: expect.arrayContaining([expect.objectContaining({ locationId: region })]) },
        });
      },
    },
    {
      row: "run: services list",
      async play(wire) {
        const items = ["service-alloyrun", "web"].map((name) => ({
          metadata: { name, labels: { "cloud.googleapis.com/location": region } },
        }));
        expect((await wire.send(`GET ${knative(wire)}/services`)).body).toMatchObject({ kind: "ServiceList", items });
        const everywhere = `run.googleapis.com/v1/projects/${wire.project}/locations/-/services`;
        expect((await wire.send(`GET ${everywhere}`)).body).toMatchObject({ items });
        const { body: page } = await wire.send(`GET ${everywhere}?limit=1`);
        const token = encodeURIComponent(textAt(page, "metadata", "continue"));
        const { body: rest } = await wire.send(`GET ${everywhere}?limit=1&continue=${token}`);
        expect(rest).toMatchObject({ items: [items[1]], metadata: {} });
        expect(textAt(rest, "metadata", "continue")).toBe("undefined");
      },
    },
    {
      row: "run: revisions list",
      async play(wire) {
        const select = (text: string) =>
          wire.send(`GET ${knative(wire)}/revisions?labelSelector=${encodeURIComponent(text)}`);
        const { body } = await select("serving.knative.dev/service = web");
        expect(body).toMatchObject({
          items: [
            {
              metadata: { name: expect.stringMatching(/^web-00001-/) },
              status: {
                conditions: expect.arrayContaining([expect.objectContaining({ type: "Active", status: "True" })]),
              },
            },
          ],
        });
        expect(body.items).toHaveLength(1);
        expect((await select("serving.knative.dev/service in (web, service-alloyrun)")).body.items).toHaveLength(2);
        expect((await select("serving.knative.dev/service!=web,!none")).body.items).toHaveLength(1);
        expect(await select("a b c")).toMatchObject({ status: 400 });
      },
    },
    {
      row: "run: a service that version 1 refuses",
      async play(wire) {
        const post = (body: JsonObject) => wire.send(`POST ${knative(wire)}/services`, { body });
        const refused = async (body: JsonObject, message: string | RegExp) =>
          expect(await post(body)).toMatchObject({
            status: 400,
            body: { error: { status: "INVALID_ARGUMENT", message: expect.stringMatching(message) } },
          });
        await refused(
          manifest(wire, "bad", { imagee: "i" }),
          /Unknown name "imagee" at 'service\.spec\.template\.spec\.containers\[0\]': Cannot find field/,
        );
        await refused(
          manifest(wire, "bad", { args: "a" }),
          /'service\.spec\.template\.spec\.containers\[0\]\.args' is not a list/,
        );
        await refused(
          manifest(wire, "bad", { env: [{ name: "PORT", value: "1" }] }),
          /^spec\.template\.spec\.containers\[0\]\.env: The following reserved env names/,
        );
        await refused(
          manifest(wire, "bad", { livenessProbe: { tcpSocket: { port: 1 } } }),
          /^spec\.template\.spec\.containers\.liveness_probe: TCP/,
        );
        await refused(manifest(wire, "Bad"), /^metadata\.name: Bad: only lowercase/);
        await refused({ ...manifest(wire, "bad"), kind: "Servize" }, /^kind: must be 'Service'/);
        await refused(
          { ...manifest(wire, "bad"), metadata: { name: "bad", namespace: "other" } },
          /^metadata\.namespace/,
        );
        const misplaced = { name: "bad", annotations: { "run.googleapis.com/secrets": "a:projects/p/secrets/s" } };
        await refused(
          { ...manifest(wire, "bad"), metadata: misplaced },
          /^metadata\.annotations: Annotation 'run\.googleapis\.com\/secrets' is not supported on resources of kind 'Service'\. Supported kinds are: Revision, Execution$/,
        );
        const unserved = { name: "bad", annotations: { "run.googleapis.com/iap-enabled": "true" } };
        expect(await post({ ...manifest(wire, "bad"), metadata: unserved })).toMatchObject({ status: 501 });
        expect(await post(manifest(wire, "web"))).toMatchObject({
          status: 409,
          body: { error: { status: "ALREADY_EXISTS" } },
        });
        expect(
          await wire.send(`POST ${knative(wire)}/services?dryRun=all`, { body: manifest(wire, "dry") }),
        ).toMatchObject({ status: 200, body: { metadata: { name: "dry" } } });
        expect(await wire.send(`GET ${knative(wire)}/services/dry`)).toMatchObject({ status: 404 });
      },
    },
    {
      row: "run: services delete",
      async play(wire) {
        const one = `${knative(wire)}/services/service-alloyrun`;
        expect(await wire.send(`DELETE ${one}`)).toMatchObject({ status: 200, body: { status: "Success" } });
        for (let gone = false; !gone; ) gone = (await wire.send(`GET ${one}`)).status === 404;
      },
    },
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
        const made = await wire.send(`POST ${jobsApi(wire.project)}/jobs`, { body });
        expect(made).toMatchObject({ status: 200, body: { kind: "Job", metadata: { namespace: wire.number } } });
        const isReady = ({ status }: JsonObject) => JSON.stringify(status).includes('"type":"Ready","status":"True"');
        const job = await look(() => wire.send(`GET ${jobsApi(wire.project)}/jobs/seed`), isReady);
        expect(job).toMatchObject({
          spec: { template: { spec: { template: { spec: { maxRetries: 0, timeoutSeconds: "300" } } } } },
        });
        expect(
          (await wire.send(`GET run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${wire.project}/jobs`)).body
            .items,
        ).toHaveLength(1);
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
      row: "run: jobs update and delete",
      async play(wire) {
        const one = `${jobsApi(wire.project)}/jobs/seed`;
        const { body: read } = await wire.send(`GET ${one}`);
        const replaced = await wire.send(`PUT ${one}`, { body: { ...read, status: {} } });
        expect(replaced).toMatchObject({ status: 200, body: { metadata: { generation: 1 } } });
        expect(await wire.send(`PUT ${one}`, { body: read })).toMatchObject({ status: 409 });
        expect(await wire.send(`DELETE ${one}`)).toMatchObject({ status: 200, body: { status: "Success" } });
        for (let gone = false; !gone; ) gone = (await wire.send(`GET ${one}`)).status === 404;
      },
    },
  ],
};
