import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RequestBody } from "../../../functions/api.ts";
import { accept } from "../../../functions/request/accept.ts";
import { decide } from "../../../functions/request/decide.ts";
import { listOpen } from "../../../functions/request/open.ts";
import { exampleText } from "../../spec/example.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";
import {
  createTestInstallation,
  end,
  folders,
  hold,
  putQuestion,
  requestWith,
  type TestInstallation,
} from "./context.ts";
import { noPublishers } from "./publishers.ts";

const up: RequestBody = { action: "up", spec: exampleText, folders };
let here: TestInstallation;
const ask = (key: string, body = up, requestedBy = "a@example.com", clients = here.clients) =>
  accept({ ...requestWith(body, key), requestedBy }, clients);
const open = async () => (await listOpen("users", here.clients)).map(({ run }) => run);

beforeEach(() => {
  here = createTestInstallation();
});

describe("a request that is identical to an open one", () => {
  it.each(["queue", "join", "fail", undefined] as const)(
    "joins it before anybody holds the environment, with onBusy %s",
    async (onBusy) => {
      const first = await ask("k1");
      expect(await ask("k2", { ...up, onBusy })).toEqual(first);
      expect([here.started.length, await open()]).toEqual([1, [first.run]]);
    },
  );

  it("joins it in the queue, behind another run", async () => {
    await hold(here, await ask("k1"));
    const down: RequestBody = { action: "down", environment: "users", onBusy: "queue" };
    const waiting = await ask("k2", down);
    expect(await ask("k3", down)).toEqual(waiting);
    expect(here.started).toHaveLength(2);
  });

  it("joins a rebuild that has not begun, though the spec has changed since, and none that has", async () => {
    await hold(here, await ask("k1"));
    const rebuild: RequestBody = { action: "rebuild", environment: "users", level: "data", onBusy: "queue" };
    const waiting = await ask("k2", rebuild);
    const spec = stored(here.clients.storage, `requests/${waiting.run}.json`).plannedBy;
    const content = spec.replace("my-alloyins", "another-primary");
    await here.clients.storage.write({ bucket: "b", object: "specs/users.yaml", content, contentType: "" });
    expect(await ask("k3", rebuild)).toEqual(waiting);
    const noted = stored(here.clients.storage, `requests/${waiting.run}.json`);
    await put(here.clients.storage, `requests/${waiting.run}.json`, { ...noted, target: { database: 2, cluster: 1 } });
    expect((await ask("k4", rebuild)).run).not.toBe(waiting.run);
  });

  it("gets the same answer under its key also when that run has ended", async () => {
    const first = await ask("k1");
    await ask("k2");
    end(here);
    expect(await ask("k2")).toEqual(first);
    expect(here.started).toHaveLength(1);
  });

  it("joins the one that comes in the same moment", async () => {
    const act = () => ask("k1");
    const storage = interruptedBefore(here.clients.storage, { object: "open/users.json", act });
    const second = await ask("k2", up, "a@example.com", { ...here.clients, storage });
    expect([here.started.length, await open()]).toEqual([1, [second.run]]);
    expect(await ask("k1")).toEqual(second);
  });

  it("starts what was noted and never started", async () => {
    const first = await ask("k1");
    const { execution: _lost, ...noted } = stored(here.clients.storage, `requests/${first.run}.json`);
    await put(here.clients.storage, `requests/${first.run}.json`, noted);
    expect(await ask("k2")).toMatchObject({ run: first.run, execution: expect.stringMatching(/2$/) });
  });

  it.each([
    ["is no more open", up, true],
    ["has another time to live", { ...up, timeToLive: "2h" }, false],
    [
      "is of a spec that differs by its policy alone",
      { ...up, spec: `${exampleText}  policy: { protect: true }\n` },
      false,
    ],
    ["is of another plan that was looked at", { ...up, plan: "2".repeat(64) }, false],
    ["is a plan alone", { ...up, action: "plan" }, false],
  ] as const)("starts a run of its own when the other %s", async (_what, body, hasEnded) => {
    const changesHash = "2".repeat(64);
    const digest = { changesHash, environment: "users", action: "up", level: "app" };
    await put(here.clients.storage, `plans/${changesHash}.json`, digest);
    const first = await ask("k1");
    if (hasEnded) end(here);
    expect((await ask("k2", body)).run).not.toBe(first.run);
    expect(here.started).toHaveLength(2);
  });

  it("tells the ticket that joins of the run, once, and not one that asks again", async () => {
    const { run } = await ask("k1", { ...up, ticket: "CHG1" });
    await ask("k2", { ...up, ticket: "CHG2" }, "b@example.com");
    await ask("k2", { ...up, ticket: "CHG2" }, "b@example.com");
    await ask("k3", { ...up, ticket: "CHG1" }, "b@example.com");
    await ask("k4", up, "b@example.com");
    const told = here.heard.map(({ event }) => event);
    expect(told.map(({ type }) => type)).toEqual(["dev.alloyrun.joined"]);
    expect(told[0]?.id).toMatch(new RegExp(`^${run}/joined-run-`));
    expect(told[0]?.data).toEqual({
      ...{ run, environment: "users", action: "up", ticket: "CHG2", first: "CHG1", by: "b@example.com" },
    });
  });

  it("counts as asked by whoever joined, who may not approve it then", async () => {
    const { run } = await ask("k1");
    await ask("k2");
    await ask("k3", up, "b@example.com");
    await ask("k4", up, "b@example.com");
    expect(stored(here.clients.storage, `requests/${run}.json`)).toMatchObject({ joinedBy: ["b@example.com"] });
    await putQuestion(here, run);
    const clients = { ...here.clients, ...noPublishers, callbacks: { send: () => Promise.resolve() } };
    const decideBy = (by: string) => decide({ id: "a1", state: "approved", via: "api", by, body: {} }, clients);
    await expect(decideBy("b@example.com")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await decideBy("c@example.com")).toMatchObject({ requesters: ["a@example.com", "b@example.com"] });
  });
});
