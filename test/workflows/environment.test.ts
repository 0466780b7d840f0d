import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { installationTopics } from "../../deploy/subscriptions.ts";
import { stepNames } from "../../plan/step.ts";
import { steps as declarations } from "../../plan/steps.ts";
import { functionId } from "../../spec/names.ts";
import { entryAction, type FunctionCall, olderParts, runEnvironment } from "./stub-google.ts";

const source = readFileSync(new URL("../../workflows/environment.yaml", import.meta.url), "utf8");
const done = (output: object = {}) => ({ state: "done", output, changes: [] });
const waiting = (operations: object[], retryAfterSeconds = 5) => ({
  state: "pending",
  operations,
  retryAfterSeconds,
  reason: "waits",
  changes: [],
});
const operation = (url: string, expectedSeconds = 60) => ({ name: "op", url, style: "longrunning", expectedSeconds });
const order = (calls: readonly FunctionCall[]) => calls.map(({ name }) => name.replace("alloyrun-", ""));
/** What the run was recorded with. */
const recordOf = (calls: readonly FunctionCall[]) => calls.find((call) => entryAction(call) === "record record")?.body;

describe("the definition", () => {
  it("names every declared step, and no other", () => {
    const named = [...source.matchAll(/steps: \[([a-zA-Z, ]+)\]/g)].flatMap((match) => (match[1] ?? "").split(", "));
    expect(new Set(named)).toEqual(new Set(stepNames));
    expect(declarations.map(({ name }) => name)).toEqual([...stepNames]);
  });

  it("tells its events on a topic that deploy makes", () => {
    const topics = [...source.matchAll(/\/topics\/([a-z-]+):publish/g)].map(([, topic]) => topic);
    expect(topics).toEqual(["alloyrun-events"]);
    for (const topic of topics) expect(installationTopics).toContain(topic);
  });

  it("keeps to Google's published limits", () => {
    expect(Buffer.byteLength(source)).toBeLessThan(128 * 1024);
    const expressions = [...source.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] ?? "");
    expect(Math.max(...expressions.map((text) => text.length))).toBeLessThanOrEqual(400);
  });
});

describe("up", () => {
  it("asks every step once when nothing has to wait, each after those it needs", async () => {
    const { outcome, steps } = await runEnvironment("up");
    expect(outcome.state).toBe("SUCCEEDED");
    const asked = order(steps);
    expect([...asked].sort()).toEqual(stepNames.map((name) => functionId(name).replace("alloyrun-", "")).sort());
    const at = (name: string) => asked.indexOf(functionId(name).replace("alloyrun-", ""));
    const early = declarations.flatMap(({ name, needs }) =>
      needs.filter((need) => at(need) > at(name)).map((need) => `${name} before ${need}`),
    );
    expect(early).toEqual([]);
  });

  it("gives a step the outputs of those before it, the run, and the fence of the lock", async () => {
    const { steps } = await runEnvironment("up");
    const seed = steps.find(({ name }) => name === "alloyrun-seed")?.body;
    expect(seed).toMatchObject({
      action: "ensure",
      input: { of: "seed" },
      outputs: { instance: { from: "instance" }, egress: { from: "egress" } },
      run: { id: "r1", environment: "users", databaseGeneration: 1, fence: { generation: "7" } },
    });
  });

  it("takes the steps that the run is narrowed to, with what the others have given, and asks no other even for its plan", async () => {
    const only = ["image", "service", "verify", "traffic"];
    const target = {
      databaseGeneration: 3,
      clusterGeneration: 1,
      latest: "",
      only,
      outputs: { seed: { database: "mydb_g3" } },
    };
    const { outcome, steps, calls } = await runEnvironment("rebuild", { entries: { "plan target": [target] } });
    expect(outcome.state).toBe("SUCCEEDED");
    expect(order(steps)).toEqual(only);
    expect(steps.find(({ name }) => name === "alloyrun-service")?.body).toMatchObject({
      outputs: { seed: { database: "mydb_g3" }, image: { from: "image" } },
    });
    const planned = calls.filter(({ body }) => body.action === "plan" && body.outputs !== undefined);
    expect(order(planned).sort()).toEqual([...only].sort());
  });

  it("grants while the network is made, so that what is granted is in effect the sooner", async () => {
    const url = "https://compute.googleapis.com/compute/v1/op";
    const { steps } = await runEnvironment("up", {
      steps: { network: [waiting([operation(url)]), done()] },
      operations: { [url]: { seconds: 60 } },
    });
    const at = (name: string) => steps.find((step) => step.name === name)?.at ?? Number.NaN;
    expect(at("alloyrun-identity")).toBeLessThan(10);
    expect(at("alloyrun-cluster")).toBeGreaterThanOrEqual(60);
  });

  it("starts the instance when cluster and peering are done, without waiting for egress or image", async () => {
    const url = "https://vpcaccess.googleapis.com/v1/op";
    const { steps } = await runEnvironment("up", {
      steps: { egress: [waiting([operation(url, 300)]), done()], image: [waiting([operation(url, 300)]), done()] },
      operations: { [url]: { seconds: 300 } },
    });
    const instance = steps.find(({ name }) => name === "alloyrun-instance");
    expect(instance?.at).toBeLessThan(10);
    expect(steps.find(({ name }) => name === "alloyrun-seed")?.at).toBeGreaterThanOrEqual(300);
  });

  it.each([
    { ends: "as expected", seconds: 470, lag: 11, looks: 40 },
    { ends: "early", seconds: 150, lag: 8, looks: 3 },
    { ends: "late", seconds: 1500, lag: 31, looks: 105 },
  ])(
    "polls an operation that ends $ends sparsely at first, then densely, and never closer than five seconds",
    async (operates) => {
      const url = "https://alloydb.googleapis.com/v1/op";
      const { looks, steps } = await runEnvironment("up", {
        steps: { instance: [waiting([operation(url, 480)]), done()] },
        operations: { [url]: { seconds: operates.seconds } },
      });
      const times = looks.map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(gaps[0]).toBeGreaterThan(140);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4.999);
      expect(times.length).toBeLessThanOrEqual(operates.looks);
      const again = steps.filter(({ name }) => name === "alloyrun-instance")[1];
      expect((again?.at ?? 0) - operates.seconds).toBeLessThan(operates.lag);
    },
  );

  it("uses the long poll of Cloud Run", async () => {
    const url = "https://run.googleapis.com/v2/op";
    const { looks } = await runEnvironment("up", { steps: { service: [waiting([operation(url)]), done()] } });
    expect(looks).toMatchObject([{ url: `${url}:wait`, body: JSON.stringify({ timeout: "120s" }) }]);
  });

  it("waits by long polls for as long as an operation may take, which is a day and more of a seed", async () => {
    const url = "https://run.googleapis.com/v2/op";
    const { outcome, looks } = await runEnvironment("up", {
      steps: { seed: [waiting([{ ...operation(url), longestSeconds: 90_000 }]), done()] },
      operations: { [url]: { seconds: 86_400, poll: 120 } },
    });
    expect(outcome.state).toBe("SUCCEEDED");
    expect(looks).toHaveLength(720);
  });

  it("pauses between long polls that come back at once, and gives up when an operation takes longer than it may", async () => {
    const url = "https://run.googleapis.com/v2/op";
    const { calls, looks } = await runEnvironment("up", {
      steps: { seed: [waiting([{ ...operation(url), longestSeconds: 3600 }]), done()] },
      operations: { [url]: { seconds: 7200 } },
    });
    const message = expect.stringMatching(/operation op has not ended after 36\d\d seconds/);
    expect(recordOf(calls)).toMatchObject({ result: { failures: { seed: { code: "DEADLINE_EXCEEDED", message } } } });
    expect(looks.length).toBeLessThan(180);
    expect(looks.at(-1)?.at).toBeGreaterThanOrEqual(3600);
  });

  it("waits no longer than four hours for an operation of which nothing else is told", async () => {
    const url = "https://alloydb.googleapis.com/v1/op";
    const { calls, looks } = await runEnvironment("up", {
      steps: { instance: [waiting([operation(url, 480)]), done()] },
      operations: { [url]: { seconds: 86_400 } },
    });
    expect(recordOf(calls)).toMatchObject({ result: { failures: { instance: { step: "instance" } } } });
    expect(looks.at(-1)?.at).toBeGreaterThanOrEqual(14_400);
    expect(looks.at(-1)?.at).toBeLessThan(14_440);
  });

  it("tells a step how its operation failed", async () => {
    const url = "https://alloydb.googleapis.com/v1/op";
    const { steps } = await runEnvironment("up", {
      steps: { cluster: [waiting([operation(url)]), done()] },
      operations: { [url]: { seconds: 0, error: { code: 10, message: "Failed to perform tenant project creation" } } },
    });
    expect(steps.filter(({ name }) => name === "alloyrun-cluster")[1]?.body).toMatchObject({
      failures: [{ name: "op", code: 10, message: "Failed to perform tenant project creation" }],
    });
  });

  it("ends as failed with the step's own error, lets running branches finish, begins nothing new, and frees the lock", async () => {
    const error = { code: 403, status: "PERMISSION_DENIED", message: "creating connector: denied", details: [] };
    const { outcome, calls, steps } = await runEnvironment("up", {
      steps: { egress: [{ httpStatus: 403, body: { error } }] },
    });
    expect(outcome.state).toBe("FAILED");
    expect(JSON.stringify(outcome)).toContain("creating connector: denied");
    expect(order(steps)).not.toContain("service");
    expect(calls.slice(-2).map(entryAction)).toEqual(["record record", "lock release"]);
  });

  it("asks again when a function says that its error may pass, and when its invoker has not spread", async () => {
    const details = [{ metadata: { retryable: "true" } }];
    const error = { code: 403, status: "PERMISSION_DENIED", message: "not in effect yet", details };
    const { outcome, steps } = await runEnvironment("up", {
      steps: { network: [{ httpStatus: 403 }, { httpStatus: 403, body: { error } }, done()] },
    });
    expect(outcome.state).toBe("SUCCEEDED");
    expect(steps.filter(({ name }) => name === "alloyrun-network")).toHaveLength(3);
  });

  it("waits as a step says when there is no operation", async () => {
    const { steps } = await runEnvironment("up", { steps: { peering: [waiting([], 45), done()] } });
    const [first, second] = steps.filter(({ name }) => name === "alloyrun-peering");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeCloseTo(45, 0);
  });

  it("leaves out a step that the plan does not have", async () => {
    const { outcome, steps } = await runEnvironment("up", { planned: stepNames.filter((name) => name !== "readPool") });
    expect(outcome.state).toBe("SUCCEEDED");
    expect(order(steps)).not.toContain("read-pool");
  });

  it("leaves the work to the execution that claimed the request first", async () => {
    const joined = { state: "joined", execution: "executions/e0" };
    const { outcome, calls, events } = await runEnvironment("up", { entries: { "lock begin": [joined] } });
    expect(outcome).toMatchObject({ state: "SUCCEEDED" });
    expect(JSON.stringify(outcome)).toContain("joined");
    expect(calls.map(entryAction)).toEqual(["lock begin"]);
    expect(events).toEqual([]);
  });

  it("keeps the real cause and frees the lock when the record cannot be written", async () => {
    const error = (message: string) => ({ code: 403, status: "PERMISSION_DENIED", message, details: [] });
    const { outcome, calls } = await runEnvironment("up", {
      steps: { network: [{ httpStatus: 403, body: { error: error("the real cause") } }] },
      entries: { "record record": [{ httpStatus: 403, body: { error: error("no record") } }] },
    });
    expect(outcome.state).toBe("FAILED");
    expect(JSON.stringify(outcome)).toContain("the real cause");
    expect(JSON.stringify(outcome)).toContain("writing the record of the run: no record");
    expect(calls.at(-1)).toMatchObject({ name: "alloyrun-lock", body: { action: "release" } });
  });

  it("waits when Compute says that it is asked too often", async () => {
    const url = "https://compute.googleapis.com/compute/v1/op";
    const errors = [{ reason: "rateLimitExceeded" }];
    const { outcome } = await runEnvironment("up", {
      steps: { peering: [waiting([operation(url)]), done()] },
      look: [{ httpStatus: 403, body: { error: { code: 403, message: "slow down", errors } } }],
    });
    expect(outcome.state).toBe("SUCCEEDED");
  });

  it("names the operation that it could not look at", async () => {
    const refused = { httpStatus: 403, body: { error: { code: 403, status: "PERMISSION_DENIED", message: "denied" } } };
    const { outcome } = await runEnvironment("up", {
      steps: { cluster: [waiting([operation("https://alloydb.googleapis.com/v1/op")]), done()] },
      look: [refused],
    });
    expect(JSON.stringify(outcome)).toContain("polling operation op: denied");
  });

  it("counts a step's failed operations", async () => {
    const url = "https://alloydb.googleapis.com/v1/op";
    const { steps } = await runEnvironment("up", {
      steps: { cluster: [waiting([operation(url)]), waiting([operation(url)]), done()] },
      operations: { [url]: { seconds: 0, error: { code: 10, message: "again" } } },
    });
    const asked = steps.filter(({ name }) => name === "alloyrun-cluster").map(({ body }) => body);
    expect(asked).toMatchObject([{ failedOperations: 0 }, { failedOperations: 1 }, { failedOperations: 2 }]);
  });

  it("logs one line for each change of a step's state", async () => {
    const { lines } = await runEnvironment("up");
    expect(lines.filter(({ alloyrun }) => alloyrun !== "step").map(({ state }) => state)).toEqual(["planned"]);
    const told = (wanted: string) => lines.filter(({ state }) => state === wanted).map(({ step }) => step);
    expect([told("started").sort(), told("done").sort()]).toEqual([[...stepNames].sort(), [...stepNames].sort()]);
  });
});

describe("down", () => {
  it("removes what is billed first and in an order that Google accepts", async () => {
    const { outcome, steps } = await runEnvironment("down");
    expect(outcome.state).toBe("SUCCEEDED");
    const asked = order(steps);
    const after = [
      ["service", "cluster"],
      ["read-pool", "instance"],
      ["instance", "cluster"],
      ["cluster", "peering"],
      ["egress", "network"],
      ["peering", "network"],
    ];
    for (const [first, second] of after) expect(asked.indexOf(first ?? "")).toBeLessThan(asked.indexOf(second ?? ""));
    expect(steps.every(({ body }) => body.action === "remove")).toBe(true);
  });

  it("takes down what older plans made too", async () => {
    const { outcome, steps } = await runEnvironment("down", {
      plan: { service: { id: "new" }, cluster: { id: "same" } },
      entries: { "plan older": [olderParts(["service", "old"], ["readPool", "dropped"])] },
    });
    expect(outcome.state).toBe("SUCCEEDED");
    const removed = steps.map(({ name, body }) => `${name} ${(body as { input?: { id: string } }).input?.id}`);
    const expected = [
      "alloyrun-service new",
      "alloyrun-service old",
      "alloyrun-read-pool dropped",
      "alloyrun-cluster same",
    ];
    expect(removed.slice(0, 4).sort()).toEqual([...expected].sort());
    expect(removed.slice(4).sort()).toEqual([...expected].sort());
  });

  it("takes down one after the other what several plans made by one step, for it may be the same", async () => {
    const url = "https://artifactregistry.googleapis.com/v1/op";
    const { steps } = await runEnvironment("down", {
      plan: { image: { id: "new" } },
      entries: { "plan older": [olderParts(["image", "old"])] },
      steps: { image: [waiting([operation(url)]), done()] },
      operations: { [url]: { seconds: 100 } },
    });
    const asked = steps.map(({ body }) => (body as { input?: { id: string } }).input?.id);
    expect(asked.slice(0, 3)).toEqual(["new", "new", "old"]);
    expect(steps[2]?.at).toBeGreaterThanOrEqual(100);
  });

  it("is done only when an inventory finds nothing", async () => {
    const change = { resource: "r", action: "delete", fields: [], effects: {} };
    const changed = { state: "done", output: {}, changes: [change] };
    const clean = await runEnvironment("down", { steps: { network: [changed, done()] } });
    expect(recordOf(clean.calls)).toMatchObject({
      result: { state: "succeeded", remaining: {} },
      reports: { network: { changes: [change] } },
    });
    const left = await runEnvironment("down", { steps: { network: [changed, changed] } });
    expect(recordOf(left.calls)).toMatchObject({
      result: { state: "remaining", remaining: { network: expect.stringContaining("inventory") } },
    });
  });

  it("leaves what only Google releases, and says what and why", async () => {
    const held = { ...waiting([], 60), held: true, reason: "the producer still holds the connection" };
    const { outcome, calls } = await runEnvironment("down", { steps: { peering: [held] } });
    expect(outcome.state).toBe("SUCCEEDED");
    expect(recordOf(calls)).toMatchObject({
      result: { state: "remaining", remaining: { peering: "the producer still holds the connection" } },
    });
  });
});

describe("check", () => {
  it("asks every step at once and takes no lock", async () => {
    const { outcome, calls } = await runEnvironment("check");
    expect(outcome.state).toBe("SUCCEEDED");
    const [begin, ...checks] = calls;
    expect(begin && entryAction(begin)).toBe("lock begin");
    expect(order(checks).sort()).toEqual(stepNames.map((name) => functionId(name).replace("alloyrun-", "")).sort());
    expect(checks.every(({ body }) => body.action === "check")).toBe(true);
  });
});
