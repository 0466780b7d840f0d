// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { type KeptCloud, makeStateDirectory, startKeptCloud } from "../../../support/kept-cloud.ts";
import { rest, testProject } from "../../../support/local-cloud.ts";

const parent = `projects/${testProject}/locations/us-central1`;
const executionsApi = "workflowexecutions.googleapis.com/v1";
const source = `
main:
  steps:
    - begin: {assign: [{id: '\${uuid.generate()}'}, {order: []}, {found: null}]}
    - both:
        parallel:
          shared: [order, found]
          branches:
            - nap: {steps: [{sleep: {call: sys.sleep, args: {seconds: 100000}}}, {woke: {assign: [{order: '\${list.concat(order, "woke")}'}]}}]}
            - ask:
                steps:
                  - open: {call: events.create_callback_endpoint, result: callback}
                  - look: {call: googleapis.cloudresourcemanager.v3.projects.get, args: {name: projects/${testProject}}, result: found}
                  - hear: {call: events.await_callback, args: {callback: '\${callback}', timeout: 1000000}, result: heard}
                  - note: {assign: [{order: '\${list.concat(order, heard.http_request.body)}'}]}
    - give: {return: {id: '\${id}', order: '\${order}', state: '\${found.state}'}}
`;

const kept = makeStateDirectory();
let cloud: KeptCloud;
beforeAll(async () => {
  cloud = await startKeptCloud(kept.path, { pace: "1" });
}, 60_000);
afterAll(async () => {
  await cloud.kill();
  kept.remove();
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 3000; turn += 1) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error("it does not come");
}

async function prepare(): Promise<string> {
  const bindings = [{ role: "roles/browser", members: [`serviceAccount:${await defaultAccount()}`] }];
  const body = { policy: { bindings } };
  await rest(cloud, `POST cloudresourcemanager.googleapis.com/v1/projects/${testProject}:setIamPolicy`, { body });
  await advance(600);
  const workflow = { sourceContents: source };
  await rest(cloud, `POST workflows.googleapis.com/v1/${parent}/workflows?workflowId=survivor`, { body: workflow });
  await advance(60);
  const started = await rest(cloud, `POST ${executionsApi}/${parent}/workflows/survivor/executions`, { body: {} });
  await advance(10);
  return String(started.body.name);
}

async function defaultAccount(): Promise<string> {
  const { body } = await rest(cloud, `GET cloudresourcemanager.googleapis.com/v1/projects/${testProject}`);
  return `${String(body.projectNumber)}-compute@developer.gserviceaccount.com`;
}

const advance = (seconds: number) => rest(cloud, "POST _local/clock/advance", { body: { seconds } });

const endpointOf = (name: string) =>
  until(async () => {
    const { body } = await rest(cloud, `GET ${executionsApi}/${name}/callbacks`);
    const [callback] = (body.callbacks ?? []) as readonly JsonObject[];
    return callback?.waiters === "1" ? String(callback.name).replace("/callback/", "/callbacks/") : undefined;
  });

describe("an execution", () => {
  it("goes on after kill -9 where it was: the same endpoint, the same id, the sleep at its time", async () => {
    const name = await prepare();
    const endpoint = await endpointOf(name);
    await cloud.kill();
    cloud = await startKeptCloud(kept.path, { pace: "1" });
    expect(await endpointOf(name)).toBe(endpoint);
    expect((await rest(cloud, `POST ${executionsApi}/${endpoint}`, { body: '"heard"' })).status).toBe(200);
    await cloud.kill();
    cloud = await startKeptCloud(kept.path, { pace: "1" });
    expect((await rest(cloud, `GET ${executionsApi}/${name}`)).body.state).toBe("ACTIVE");
    await advance(100_000);
    const execution = await until(async () => {
      const { body } = await rest(cloud, `GET ${executionsApi}/${name}`);
      return body.state === "ACTIVE" ? undefined : body;
    });
    expect(JSON.parse(String(execution.result ?? JSON.stringify(execution.error)))).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      order: ["heard", "woke"],
      state: "ACTIVE",
    });
    expect(Number.parseFloat(String(execution.duration))).toBeLessThan(101_000);
  }, 60_000);
});
