import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { owner } from "../../../../local/access/principal.ts";
import type { Api, Call } from "../../../../local/api.ts";
import { Clock } from "../../../../local/clock.ts";
import type { Cloud } from "../../../../local/cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../../../local/http.ts";
import { createIam } from "../../../../local/iam/iam.ts";
import type { JsonObject } from "../../../../local/json.ts";
import type { LocalCloud } from "../../../../local/main.ts";
import { createRandom } from "../../../../local/random.ts";
import { type Change, createStore, type ObservableStore } from "../../../../local/store.ts";
import { openWorkflowStore } from "../../../../local/workflows/api/workflow-store.ts";
import { createWorkflowExecutions } from "../../../../local/workflows/executions.ts";
import { startTestCloud, testProject } from "../../../support/local-cloud.ts";

const workflow = `projects/${testProject}/locations/asia-northeast1/workflows/wide`;
const service = "google.cloud.workflows.executions.v1";

/** Branches with shared variables, retries, sleeps, callbacks, and what is different each time. */
const source = `
main:
  params: [args]
  steps:
    - begin:
        assign:
          - total: 0
          - seen: {}
          - id: \${uuid.generate()}
          - began: \${sys.now()}
    - wide:
        parallel:
          shared: [total, seen]
          branches:
            - counting:
                steps:
                  - loop:
                      for:
                        value: n
                        in: \${args.numbers}
                        steps:
                          - ask:
                              call: http.get
                              args: {url: '\${"https://a.test/double/" + string(n)}'}
                              result: answer
                          - add: {assign: [{total: '\${total + answer.body}'}]}
                          - rest: {call: sys.sleep, args: {seconds: 3}}
            - trying:
                steps:
                  - first: {assign: [{attempt: 0}]}
                  - stubborn:
                      try:
                        steps:
                          - more: {assign: [{attempt: '\${attempt + 1}'}]}
                          - knock:
                              call: http.post
                              args: {url: 'https://a.test/door', body: {attempt: '\${attempt}', id: '\${id}'}}
                              result: opened
                      retry: {predicate: '\${http.default_retry_predicate}', max_retries: 5, backoff: {initial_delay: 2, max_delay: 9, multiplier: 2}}
                  - keep: {assign: [{'seen["door"]': '\${opened.body}'}, {total: '\${total + 1000}'}]}
            - asking:
                steps:
                  - open: {call: events.create_callback_endpoint, result: endpoint}
                  - say: {call: sys.log, args: {text: '\${"waiting for " + args.who}'}}
                  - hear: {call: events.await_callback, args: {callback: '\${endpoint}', timeout: 3600}, result: heard}
                  - note: {assign: [{'seen["heard"]': '\${heard.http_request.body}'}, {total: '\${total + 100000}'}]}
    - after:
        try: {call: events.await_callback, args: {callback: {url: 'https://nowhere.test'}}}
        except: {as: e, steps: [{mark: {assign: [{'seen["error"]': '\${e.tags[0]}'}]}}]}
    - done:
        return:
          total: \${total}
          seen: \${seen}
          isSame: \${seen.door.id == id}
          took: \${sys.now() - began < 100}
`;

let local: LocalCloud;
beforeAll(async () => {
  local = await startTestCloud({ apis: [createIam] });
});
afterAll(() => local.stop());

/** Answers that depend on the request alone, some time later. */
function world(clock: Clock): (request: HttpRequest) => Promise<HttpResponse> {
  return async ({ url, body }) => {
    const [, number] = /double\/(\d+)/.exec(url.pathname) ?? [];
    await clock.sleep(number === undefined ? 1300 : 700, { draws: true });
    if (number !== undefined) return jsonResponse(200, Number(number) * 2);
    const { attempt, id } = JSON.parse(body.toString());
    return attempt < 3 ? jsonResponse(503, {}) : jsonResponse(200, { id });
  };
}

interface Life {
  readonly api: Api;
  /** Texts of `sys.log`. */
  readonly said: string[];
  readonly store: ObservableStore;
  readonly clock: Clock;
}

/** A change of the store, when it was made, and how much had been logged. */
type Moment = Change & { readonly timeMs: number; readonly saidBefore: number };

/** The API over a store that begins with some changes, at some time. */
function live(initial: readonly Moment[], moments?: Moment[]): Life {
  const clock = new Clock({ pace: "max", start: initial.at(-1)?.timeMs ?? 1_700_000_000_000 });
  const said: string[] = [];
  const onChange = (change: Change) => {
    moments?.push({ ...structuredClone(change), timeMs: clock.now(), saidBefore: said.length });
  };
  const store = createStore({ initial: structuredClone([...initial]), onChange });
  const random = createRandom(`life ${initial.length}`);
  const logs: Cloud["logs"] = {
    ...local.cloud.logs,
    write: ({ text }) => void (text !== undefined && said.push(text)),
  };
  const cloud: Cloud = { ...local.cloud, store, clock, random, logs, fetch: world(clock) };
  return { api: createWorkflowExecutions(cloud), said, store, clock };
}

async function call({ api, clock }: Life, method: string, request: JsonObject): Promise<JsonObject> {
  using hold = clock.hold();
  const context: Call = {
    ...{ principal: owner, method, headers: {}, signal: new AbortController().signal, hold },
  };
  const handler = api.methods[`${service}.${method}`];
  if (!handler) throw new Error(`no ${method}`);
  return await handler(request, context);
}

/** Sends what the execution waits for, until it has ended; gives it with its steps. */
async function finish(life: Life, name: string): Promise<{ execution: JsonObject; steps: readonly JsonObject[] }> {
  for (let turn = 0; turn < 100_000; turn += 1) {
    const execution = await call(life, "Executions.GetExecution", { name });
    if (execution.state !== "ACTIVE") {
      const { stepEntries = [] } = await call(life, "ExecutionHistory.ListStepEntries", { parent: name });
      return { execution, steps: stepEntries as readonly JsonObject[] };
    }
    await answer(life, name);
    // Whoever looks at an execution holds the clock, so it is given some turns to move in between.
    for (let wait = 0; wait < 8; wait += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("the execution does not end");
}

async function answer(life: Life, name: string): Promise<void> {
  const { callbacks = [] } = await call(life, "Events.ListCallbacks", { parent: name });
  for (const { name: endpoint, waiters, availablePayloads } of callbacks as readonly JsonObject[]) {
    if (waiters !== "1" || (availablePayloads as readonly string[]).length > 0) continue;
    const url = new URL(
      `https://workflowexecutions.googleapis.com/v1/${String(endpoint).replace("callback/", "callbacks/")}`,
    );
    const request = {
      method: "POST",
      url,
      headers: { "content-type": "application/json", authorization: "Bearer owner" },
      body: Buffer.from('"yes"'),
    };
    using hold = life.clock.hold();
    const { signal } = new AbortController();
    await life.api.raw?.(request, { principal: owner, method: "raw", headers: {}, signal, hold });
  }
}

async function begin(life: Life): Promise<string> {
  const revision = {
    name: workflow,
    revisionId: "000001-abc",
    sourceContents: source,
    serviceAccount: "",
    state: "ACTIVE",
  } as const;
  openWorkflowStore({ ...local.cloud, store: life.store }).put(revision);
  const argument = JSON.stringify({ numbers: [1, 2, 3], who: "Ann" });
  const { name } = await call(life, "Executions.CreateExecution", { parent: workflow, execution: { argument } });
  return `${workflow}/executions/${String(name).split("/").at(-1)}`;
}

const shapeOf = (steps: readonly JsonObject[]) =>
  steps
    .map(
      ({ step, routine, stepType, state }) => `${String(routine)}.${String(step)} ${String(stepType)} ${String(state)}`,
    )
    .sort();

/** Executes the definition undisturbed, and gives every change of the store on the way. */
async function undisturbed() {
  const moments: Moment[] = [];
  const life = live([], moments);
  const name = await begin(life);
  const { execution, steps } = await finish(life, name);
  life.clock.close();
  const created = moments.findIndex(({ collection }) => collection === "workflows.executions");
  return { name, execution, steps, moments, created };
}

describe("an execution whose cloud is killed", () => {
  it("comes to the same result and history from every change on, and says nothing twice", async () => {
    const { name, execution, steps, moments, created } = await undisturbed();
    const seen = { door: { id: expect.any(String) }, heard: "yes", error: "ValueError" };
    const expected = { total: 101_012, seen, isSame: true, took: true };
    expect(JSON.parse(String(execution.result))).toEqual(expected);
    expect(moments.length - created).toBeGreaterThan(40);
    for (let killed = created + 2; killed < moments.length; killed += 1) {
      const second = live(moments.slice(0, killed));
      await second.api.start?.();
      const again = await finish(second, name);
      expect({ killed, state: again.execution.state }).toEqual({ killed, state: "SUCCEEDED" });
      expect(JSON.parse(String(again.execution.result))).toEqual(expected);
      expect(shapeOf(again.steps)).toEqual(shapeOf(steps));
      // A line and the change that notes it are kept together, so what counts is the last change that was.
      expect([killed, (moments[killed - 1]?.saidBefore ?? 0) + second.said.length]).toEqual([killed, 1]);
      second.clock.close();
    }
  }, 60_000);

  it("can be cancelled afterwards", async () => {
    const { name, moments, created } = await undisturbed();
    const second = live(moments.slice(0, created + 20));
    await second.api.start?.();
    expect(await call(second, "Executions.CancelExecution", { name })).toMatchObject({ state: "CANCELLED" });
    await second.api.stop?.();
    second.clock.close();
  });

  it("is forgotten 90 days after it has ended, also when nothing ran then", async () => {
    const { name, moments } = await undisturbed();
    const later = (days: number) =>
      moments.map((moment) => ({ ...moment, timeMs: moment.timeMs + days * 24 * 3600_000 }));
    for (const [days, count] of [
      [89, 1],
      [91, 0],
    ] as const) {
      const second = live(later(days));
      await second.api.start?.();
      expect([days, second.store.collection("workflows.executions").count(name)]).toEqual([days, count]);
      await second.api.stop?.();
      second.clock.close();
    }
  });

  it("leaves nothing in its journal once it has ended", async () => {
    const { moments } = await undisturbed();
    const last = live(moments);
    expect(last.store.collection("workflows.journals").list()).toEqual([]);
    expect(last.store.collection("workflows.callbacks").list()).toEqual([]);
    last.clock.close();
  });
});
