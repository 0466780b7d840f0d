import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";
import { openExecutionOrder } from "../../local/workflows/api/execution-order.ts";
import { rest, startTestCloud, testProject } from "../support/local-cloud.ts";

const many = 10_000;
const size = 25;
const location = `projects/${testProject}/locations/asia-northeast1`;
const topic = `projects/${testProject}/topics/t00000`;
const workflow = `${location}/workflows/w`;
let local: LocalCloud;

interface Listed {
  readonly collection: string;
  /** Key and value of the entry of a number. */
  readonly entry: (index: string) => readonly [string, JsonObject];
  /** Address of the list, with the size of a page. */
  readonly list: string;
  /** The answer's field. */
  readonly field: string;
}

const named = (name: string, more: JsonObject = {}): readonly [string, JsonObject] => [name, { name, ...more }];
const pubsub = `pubsub.googleapis.com/v1/projects/${testProject}`;
const object = (index: string): readonly [string, JsonObject] => [
  `b/dir${index.slice(-1)}/${index}`,
  { bucket: "b", name: `dir${index.slice(-1)}/${index}`, generation: "1", metageneration: "1", timeCreated: "" },
];

const lists: readonly Listed[] = [
  {
    collection: "pubsub.topics",
    entry: (index) => named(`projects/${testProject}/topics/t${index}`, { uid: index }),
    ...{ list: `${pubsub}/topics?pageSize=${size}`, field: "topics" },
  },
  {
    collection: "pubsub.subscriptions",
    entry: (index) => named(`projects/${testProject}/subscriptions/s${index}`, { topic, ackDeadlineSeconds: 10 }),
    ...{ list: `${pubsub}/subscriptions?pageSize=${size}`, field: "subscriptions" },
  },
  {
    collection: "pubsub.subscriptions",
    entry: (index) => named(`projects/${testProject}/subscriptions/s${index}`, { topic, ackDeadlineSeconds: 10 }),
    ...{ list: `pubsub.googleapis.com/v1/${topic}/subscriptions?pageSize=${size}`, field: "subscriptions" },
  },
  {
    collection: "pubsub.snapshots",
    entry: (index) => named(`projects/${testProject}/snapshots/n${index}`, { topic }),
    ...{ list: `${pubsub}/snapshots?pageSize=${size}`, field: "snapshots" },
  },
  {
    collection: "scheduler.jobs",
    entry: (index) => named(`${location}/jobs/j${index}`, { schedule: "* * * * *" }),
    ...{ list: `cloudscheduler.googleapis.com/v1/${location}/jobs?pageSize=${size}`, field: "jobs" },
  },
  {
    collection: "functions.functions",
    entry: (index) => named(`${location}/functions/f${index}`),
    ...{ list: `cloudfunctions.googleapis.com/v2/${location}/functions?pageSize=${size}`, field: "functions" },
  },
  {
    collection: "secretmanager.secrets",
    entry: (index) => named(`projects/${testProject}/secrets/x${index}`, { replication: { automatic: {} } }),
    ...{ list: `secretmanager.googleapis.com/v1/projects/${testProject}/secrets?pageSize=${size}`, field: "secrets" },
  },
  {
    collection: "storage.buckets",
    entry: (index) => [`k${index}`, { name: `k${index}`, projectId: testProject, metageneration: "1" }],
    list: `storage.googleapis.com/storage/v1/b?project=${testProject}&prefix=k&maxResults=${size}`,
    field: "items",
  },
  {
    collection: "storage.objects",
    entry: object,
    ...{ list: `storage.googleapis.com/storage/v1/b/b/o?maxResults=${size}`, field: "items" },
  },
  {
    collection: "storage.objects",
    entry: object,
    ...{ list: "storage.googleapis.com/storage/v1/b/b/o?maxResults=8&delimiter=/", field: "prefixes" },
  },
  {
    collection: "run.services",
    entry: (index) => named(`${location}/services/v${index}`),
    ...{ list: `run.googleapis.com/v2/${location}/services?pageSize=${size}`, field: "services" },
  },
  {
    collection: "run.revisions",
    entry: (index) => named(`${location}/services/v00000/revisions/r${index}`),
    ...{ list: `run.googleapis.com/v2/${location}/services/v00000/revisions?pageSize=${size}`, field: "revisions" },
  },
  {
    collection: "run.jobs",
    entry: (index) => named(`${location}/jobs/b${index}`),
    ...{ list: `run.googleapis.com/v2/${location}/jobs?pageSize=${size}`, field: "jobs" },
  },
  {
    collection: "run.executions",
    entry: (index) => named(`${location}/jobs/b00000/executions/e${index}`),
    ...{ list: `run.googleapis.com/v2/${location}/jobs/b00000/executions?pageSize=${size}`, field: "executions" },
  },
  {
    collection: "run.tasks",
    entry: (index) => named(`${location}/jobs/b00000/executions/e00000/tasks/k${index}`),
    ...{
      list: `run.googleapis.com/v2/${location}/jobs/b00000/executions/e00000/tasks?pageSize=${size}`,
      field: "tasks",
    },
  },
  {
    collection: "workflows.executions",
    entry: (index) => named(`${workflow}/executions/${index}`, { state: "SUCCEEDED", createMs: Number(index) }),
    ...{ list: `workflowexecutions.googleapis.com/v1/${workflow}/executions?pageSize=${size}`, field: "executions" },
  },
];

beforeAll(async () => {
  local = await startTestCloud();
  const { store, projects } = local.cloud;
  projects.ensure(testProject);
  store.collection("workflows.workflows").put(workflow, { name: workflow, state: "ACTIVE" });
  store.collection("storage.buckets").put("b", { name: "b", projectId: testProject, metageneration: "1" });
}, 60_000);
afterAll(() => local.stop());

/** Counts the entries of a collection that are read while something is done. */
async function readsDuring(names: readonly string[], work: () => Promise<void>): Promise<number> {
  let reads = 0;
  const undo = names.map((name) => {
    const collection = local.cloud.store.collection(name);
    const { get, list, scan } = collection;
    Object.assign(collection, {
      get: (key: string) => {
        reads += 1;
        return get(key);
      },
      list(prefix?: string) {
        const found = list(prefix);
        reads += found.length;
        return found;
      },
      *scan(prefix: string, after?: string) {
        for (const one of scan(prefix, after)) {
          reads += 1;
          yield one;
        }
      },
    });
    return () => Object.assign(collection, { get, list, scan });
  });
  await work();
  for (const restore of undo) restore();
  return reads;
}

const namesIn = ({ body }: { readonly body: JsonObject }, field: string): readonly string[] => {
  const items = Array.isArray(body[field]) ? body[field] : [];
  return items.map((item) => String(isJsonObject(item) ? item.name : item));
};

describe("a page of a long list", () => {
  it.each(lists)("of $collection by $list is read without the rest", async ({ collection, entry, list, field }) => {
    const kept = local.cloud.store.collection(collection);
    if (kept.count("") < many) {
      for (let index = 0; index < many; index += 1) kept.put(...entry(String(index).padStart(5, "0")));
    }
    if (collection === "workflows.executions") restartLists();
    const pages: (readonly string[])[] = [];
    let token = "";
    const reads = await readsDuring([collection, "workflows.executionOrder"], async () => {
      for (let page = 0; page < 2; page += 1) {
        const answer = await rest(local, `GET ${list}&pageToken=${encodeURIComponent(token)}`);
        pages.push(namesIn(answer, field));
        token = String(answer.body.nextPageToken ?? "");
      }
    });
    const expected = field === "prefixes" ? [8, 2] : [size, size];
    expect(pages.map(({ length }) => length)).toEqual(expected);
    expect(new Set(pages.flat()).size).toBe(pages.flat().length);
    expect(reads).toBeLessThan(6 * size);
  });
});

/** Executions that came from elsewhere are put in order when the API is made. */
function restartLists(): void {
  openExecutionOrder(local.cloud.store);
}
