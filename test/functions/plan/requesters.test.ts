import { beforeEach, describe, expect, it } from "@jest/globals";
import { answerLock } from "../../../functions/entry/lock.ts";
import { ask } from "../../../functions/plan/approve.ts";
import { decide } from "../../../functions/request/decide.ts";
import { exampleText } from "../../spec/example.ts";
import { put, stored } from "../../support/stored.ts";
import { createTestInstallation, type TestInstallation } from "../request/context.ts";

const scheduler = "alloyrun-scheduler@my-project.iam.gserviceaccount.com";
const nightly = 'policy: { rebuild: { schedule: "0 3 * * *", timeZone: Asia/Tokyo } }';
const weekly = nightly.replace("0 3 * * *", "0 3 * * 1");
const environment = "users";

describe("who has asked for what a schedule asks for", () => {
  let here: TestInstallation;
  let count = 0;

  beforeEach(() => {
    here = createTestInstallation();
  });

  /** Lets somebody's run begin with these lines in its spec. */
  async function up(requestedBy: string, line: string, more: object = {}): Promise<string> {
    count += 1;
    const [run, execution] = [`run-${count}`, `executions/${count}`];
    const spec = `${exampleText}  ${line}\n`;
    const request = { run, environment, action: "up", level: "app", attempt: 1, onBusy: "queue", requestedBy, spec };
    await put(here.clients.storage, `requests/${run}.json`, { ...request, planHash: `plan-${count}`, ...more });
    const target = { database: 1, cluster: 1 };
    here.executions.set(execution, { name: execution, state: "ACTIVE", labels: {} });
    const claim = { action: "claim", bucket: "b", environment, now: 1_000_000, target, run, execution };
    expect(await answerLock(claim, here.clients)).toMatchObject({ state: "held" });
    await answerLock({ ...claim, action: "release" }, here.clients);
    return run;
  }

  /** Puts the question of a rebuild, and gives it as it is stored. */
  async function fire(more: object = {}) {
    const request = { run: "run-fired", environment, action: "rebuild", attempt: 1, requestedBy: scheduler, ...more };
    await put(here.clients.storage, "requests/run-fired.json", { ...request, execution: "e" });
    here.executions.set("e", { name: "e", state: "ACTIVE", labels: {} });
    const policy = { when: ["data-loss"], approvers: ["user:boss@example.com"], timeoutSeconds: 3600 } as const;
    return ask(here.clients.storage, {
      ...{ bucket: "b", project: "my-project", policy, changesHash: "c".repeat(64), reasons: ["rows are lost"] },
      ...{ request: stored(here.clients.storage, "requests/run-fired.json"), callback: "https://c", now: 4e9 },
    });
  }

  const decideAs = (id: string, by: string) =>
    decide(
      { id, by, state: "approved", via: "api", body: {} },
      {
        ...here.clients,
        callbacks: { send: async () => {} },
        pubsub: { ...here.clients.pubsub, getPolicy: async () => ({}) },
        resourceManager: { getProjectPolicy: async () => ({}) },
      },
    );

  it("counts whoever set the schedule, so that they do not approve their own loss of data", async () => {
    await up("boss@example.com", nightly);
    const { id, requesters } = await fire();
    expect(requesters).toEqual([scheduler, "boss@example.com"]);
    await expect(decideAs(id, "boss@example.com")).rejects.toMatchObject({ reason: "MAY_NOT_DECIDE" });
  });

  it("counts all who asked for that run, and those who joined or resumed it after it had begun", async () => {
    const run = await up("bot@example.com", nightly, { onBehalfOf: "boss@example.com", joinedBy: ["c@example.com"] });
    const noted = stored(here.clients.storage, `requests/${run}.json`);
    await put(here.clients.storage, `requests/${run}.json`, { ...noted, resumedBy: ["d@example.com"] });
    expect((await fire()).requesters).toEqual([
      ...[scheduler, "bot@example.com", "boss@example.com", "c@example.com", "d@example.com"],
    ]);
  });

  it("keeps who set it while others leave it as it is, and counts who changes it as well", async () => {
    await up("boss@example.com", nightly);
    await up("b@example.com", nightly);
    expect((await fire()).requesters).toEqual([scheduler, "boss@example.com"]);
    await up("c@example.com", weekly);
    await expect(decideAs(`run-fired-${"c".repeat(12)}`, "c@example.com")).rejects.toMatchObject({
      reason: "MAY_NOT_DECIDE",
    });
    expect((await fire({ run: "run-fired", attempt: 2 })).requesters).toEqual([
      ...[scheduler, "boss@example.com", "c@example.com"],
    ]);
  });

  it("forgets them with the schedule: whoever sets it anew is who asks", async () => {
    await up("boss@example.com", nightly);
    await up("b@example.com", "policy: {}");
    expect(stored(here.clients.storage, "environments/users.json")).not.toHaveProperty("scheduledBy");
    await up("c@example.com", nightly);
    expect((await fire()).requesters).toEqual([scheduler, "c@example.com"]);
  });

  it("makes nobody who leaves it as it is the one who set it, where that was not noted", async () => {
    await up("boss@example.com", nightly);
    const { scheduledBy: _, ...before } = stored(here.clients.storage, "environments/users.json");
    await put(here.clients.storage, "environments/users.json", before);
    await up("b@example.com", nightly);
    expect((await fire()).requesters).toEqual([scheduler]);
    await up("c@example.com", weekly);
    expect((await fire({ attempt: 2 })).requesters).toEqual([scheduler, "c@example.com"]);
  });

  it("counts them where a schedule has joined what somebody asked for, and nowhere else", async () => {
    await up("boss@example.com", nightly);
    const joined = await fire({ requestedBy: "a@example.com", joinedBy: [scheduler] });
    expect(joined.requesters).toEqual(["a@example.com", scheduler, "boss@example.com"]);
    const asked = await fire({ requestedBy: "a@example.com", attempt: 2 });
    expect(asked.requesters).toEqual(["a@example.com"]);
    const sweep = "alloyrun-sweep@my-project.iam.gserviceaccount.com";
    expect((await fire({ requestedBy: sweep, action: "down", attempt: 3 })).requesters).toEqual([sweep]);
  });
});
