import { beforeEach, describe, expect, it } from "@jest/globals";
import { parseDocument } from "yaml";
import { accept } from "../../../functions/request/accept.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { edit, exampleText } from "../../spec/example.ts";
import { put } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation, textsOf } from "./context.ts";

describe("accept", () => {
  let here: TestInstallation;
  const up = { action: "up", spec: exampleText, folders } as const;
  const texts = () => textsOf(here);

  beforeEach(() => {
    here = createTestInstallation();
  });

  it("starts one execution whose argument is small and names the stored plan", async () => {
    const accepted = await accept(requestWith(up), here.clients);
    expect(accepted).toMatchObject({ environment: "users", action: "up", status: `/v1/runs/${accepted.run}` });
    expect(accepted.expectedSeconds).toBeGreaterThan(300);
    expect(accepted.costPerDay?.amount).toBeGreaterThan(0);
    const [execution] = here.started;
    expect(execution?.workflow).toBe("projects/my-project/locations/asia-northeast1/workflows/alloyrun-environment");
    expect(execution?.labels).toEqual({ run: accepted.run, action: "up", environment: "users" });
    const argument = execution?.argument as { planHash: string };
    expect(argument).toMatchObject({
      run: accepted.run,
      environment: "users",
      action: "up",
      bucket: "my-project-alloyrun",
    });
    const plan = JSON.parse(texts()[`plans/${argument.planHash}.json`] ?? "");
    expect(plan.steps[0]).toMatchObject({ name: "services", function: "alloyrun-services", title: expect.any(String) });
    expect(plan.steps.find(({ name }: { name: string }) => name === "readPool")).toBeUndefined();
  });

  it("tells how long it takes by what is asked", async () => {
    const accepted = await accept(requestWith(up), here.clients);
    const secondsOf = [accepted.expectedSeconds];
    await hold(here, accepted);
    for (const body of [
      ...(["app", "data", "database"] as const).map((level) => ({ action: "rebuild", level }) as const),
      { action: "down" } as const,
      { action: "plan", of: "rebuild", level: "all" } as const,
    ]) {
      end(here);
      const { expectedSeconds } = await accept(
        requestWith({ ...body, environment: "users" }, JSON.stringify(body)),
        here.clients,
      );
      secondsOf.push(expectedSeconds);
    }
    expect(secondsOf).toEqual([752, 85, 430, 1115, expect.any(Number), 20]);
    expect(new Set(secondsOf).size).toBe(secondsOf.length);
  });

  it("takes no cold build for what is ready already", async () => {
    const first = await accept(requestWith(up), here.clients);
    await hold(here, first);
    end(here);
    const unfinished = await accept(requestWith(up, "k2"), here.clients);
    expect(unfinished.expectedSeconds).toBe(first.expectedSeconds);
    end(here);
    const ledger = { plans: [], readyAt: 1000, readyRun: first.run };
    await put(here.clients.storage, "environments/users.json", ledger);
    expect((await accept(requestWith(up, "k3"), here.clients)).expectedSeconds).toBeLessThan(60);
    end(here);
    const { planHash } = JSON.parse(texts()[`requests/${first.run}.json`] ?? "");
    await put(here.clients.storage, "environments/users.json", { ...ledger, readyRun: "run-0", readyPlan: planHash });
    expect((await accept(requestWith(up, "k4"), here.clients)).expectedSeconds).toBeLessThan(60);
    end(here);
    await put(here.clients.storage, "environments/users.json", { plans: [], readyPlan: planHash });
    expect((await accept(requestWith(up, "k5"), here.clients)).expectedSeconds).toBe(first.expectedSeconds);
  });

  it("notes who asked before the execution starts", async () => {
    const { run, execution } = await accept({ ...requestWith(up), body: { ...up, reason: "demo" } }, here.clients);
    const noted = JSON.parse(texts()[`requests/${run}.json`] ?? "");
    expect(noted).toMatchObject({ requestedBy: "a@example.com", reason: "demo", execution });
  });

  it("stores the spec with the packed folders in it, comments kept, so that it builds without them", async () => {
    await hold(here, await accept(requestWith(up), here.clients));
    const stored = parseDocument(texts()["specs/users.yaml"] ?? "");
    expect(stored.getIn(["spec", "service", "source"])).toBe(folders.source);
    expect(stored.getIn(["spec", "database", "seed", "directory"])).toBe(folders.seed);
    end(here);
    const again = await accept(requestWith({ action: "up", environment: "users" }, "k2"), here.clients);
    const [first, second] = here.started.map(({ argument }) => argument as { planHash: string });
    expect(second?.planHash).toBe(first?.planHash);
    expect(again.run).not.toBe(here.started[0]?.labels.run);
  });

  it("gives one key of one caller one execution, and the same answer twice", async () => {
    const first = await accept(requestWith(up), here.clients);
    expect(await accept(requestWith(up), here.clients)).toEqual(first);
    expect(here.started).toHaveLength(1);
    end(here);
    await accept({ ...requestWith(up), requestedBy: "b@example.com" }, here.clients);
    expect(here.started).toHaveLength(2);
  });

  it("refuses a key that was used for something else", async () => {
    await accept(requestWith(up), here.clients);
    const other = requestWith({ action: "down", environment: "users" });
    await expect(accept(other, here.clients)).rejects.toMatchObject({
      reason: "KEY_REUSED",
      message: expect.stringContaining("Idempotency-Key"),
    });
  });

  it("answers a ticket that comes again with another text as it did the first time, and not one that wants more", async () => {
    const requestedBy = "alloyrun-hook@my-project.iam.gserviceaccount.com";
    const ask = (body: object) =>
      accept({ body: { ...up, ticket: "CHG1", ...body }, requestedBy, key: "t" }, here.clients);
    const first = await ask({ reason: "a demo", onBehalfOf: "p@example.com" });
    expect(await ask({ reason: "the demo on Friday", onBehalfOf: "q@example.com" })).toEqual(first);
    const more = ask({ reason: "a demo", timeToLive: "9h" });
    await expect(more).rejects.toMatchObject({
      reason: "KEY_REUSED",
      message: expect.stringMatching(/^this ticket asked for something else before/),
    });
    expect(here.started).toHaveLength(1);
  });

  it("refuses a key that was used for another reason", async () => {
    await accept(requestWith({ ...up, reason: "a demo" }), here.clients);
    const other = accept(requestWith({ ...up, reason: "another" }), here.clients);
    await expect(other).rejects.toMatchObject({ reason: "KEY_REUSED" });
  });

  it("starts an execution for a request that was noted but not started", async () => {
    const { run } = await accept(requestWith(up), here.clients);
    const object = `requests/${run}.json`;
    const { execution: _lost, ...noted } = JSON.parse(texts()[object] ?? "");
    await here.clients.storage.write({
      bucket: "b",
      object,
      content: JSON.stringify(noted),
      contentType: "application/json",
    });
    const again = await accept(requestWith(up), here.clients);
    expect(again.execution).toMatch(/executions\/2$/);
  });

  it("leaves spec and teardown as they are: they change when the run holds the environment", async () => {
    const object = "teardowns/users.json";
    await here.clients.storage.write({ bucket: "b", object, content: "{}", contentType: "application/json" });
    const accepted = await accept(requestWith(up), here.clients);
    expect(texts()).toHaveProperty([object]);
    expect(texts()).not.toHaveProperty(["specs/users.yaml"]);
    await hold(here, accepted);
    expect(texts()).not.toHaveProperty([object]);
  });

  it.each([
    [{ action: "rebuild" }, "data"],
    [{ action: "rebuild", level: "app" }, "app"],
    [{ action: "up" }, "app"],
    [{ action: "down" }, "app"],
    [{ action: "plan", of: "rebuild" }, "data"],
    [{ action: "plan" }, "app"],
  ] as const)("tells of %j that its level is %s", async (body, level) => {
    await here.clients.storage.write({
      bucket: "b",
      object: "specs/users.yaml",
      content: await storedSpec(),
      contentType: "",
    });
    await put(here.clients.storage, "environments/users.json", { plans: [] });
    const { run } = await accept(requestWith({ ...body, environment: "users" }), here.clients);
    const request = JSON.parse(texts()[`requests/${run}.json`] ?? "");
    expect(request).toMatchObject({ level });
    // What only an up makes the environment's own, all others went by.
    const [kept, other] = body.action === "up" ? ["spec", "plannedBy"] : ["plannedBy", "spec"];
    expect(request).toMatchObject({ [kept]: await storedSpec() });
    expect(request).not.toHaveProperty(other);
    expect(here.started[0]?.argument).toMatchObject({ level });
  });

  it("tells beforehand whether somebody must approve it, as far as the policy says", async () => {
    const policy = "policy: { approval: { when: [cost], costPerDay: 5, approvers: [user:b@example.com] } }";
    const costly = { ...up, spec: `${exampleText}  ${policy}\n` };
    expect(await accept(requestWith(costly), here.clients)).toMatchObject({ approval: "required" });
    expect(await accept(requestWith(up, "k2"), here.clients)).toMatchObject({ approval: "not-required" });
  });

  it("leaves the cost open while older plans name what may stand beside it, and costs as well", async () => {
    const spec = `${exampleText}  policy: { approval: { when: [cost], costPerDay: 500, approvers: [user:b@example.com] } }\n`;
    await hold(here, await accept(requestWith({ ...up, spec }), here.clients));
    end(here);
    const alone = await accept(requestWith({ ...up, spec }, "k2"), here.clients);
    expect([alone.approval, alone.costPerDay?.uncounted]).toEqual(["not-required", undefined]);
    end(here);
    const { plans = [] } = JSON.parse(texts()["environments/users.json"] ?? "{}");
    const present = JSON.parse(texts()[`plans/${plans[0]}.json`] ?? "{}");
    const steps = present.steps.map((step: object) =>
      JSON.parse(JSON.stringify(step).replaceAll("/instances/", "/instances/older-")),
    );
    await put(here.clients.storage, "plans/older.json", { ...present, hash: "older", steps });
    await put(here.clients.storage, "environments/users.json", { plans: [...plans, "older"] });
    expect(await accept(requestWith({ ...up, spec }, "k3"), here.clients)).toMatchObject({
      approval: "depends",
      costPerDay: { amount: alone.costPerDay?.amount, uncounted: 1 },
    });
    end(here);
    const unpriced = await accept(requestWith({ ...up, spec: exampleText }, "k4"), here.clients);
    expect(unpriced.costPerDay).toMatchObject({ uncounted: expect.any(Number) });
  });

  it.each([{ action: "rebuild" }, { action: "plan", of: "rebuild" }] as const)(
    "tells what is gone from what never was, and does not %j it",
    async (body) => {
      await hold(here, await accept(requestWith(up), here.clients));
      await here.clients.storage.deleteObject("b", "environments/users.json");
      end(here);
      const wanted = { ...body, environment: "users" };
      const refused = await accept(requestWith(wanted, "k2"), here.clients).catch((caught: unknown) => caught);
      expect(toProblem(refused)).toMatchObject({ status: 410, title: "GONE" });
      expect(here.started).toHaveLength(1);
    },
  );

  it.each([{ action: "rebuild" }, { action: "plan", of: "rebuild" }] as const)(
    "does not %j what a removal has begun to take down, and says what goes forward",
    async (body) => {
      await hold(here, await accept(requestWith(up), here.clients));
      end(here);
      const wanted = { ...body, environment: "users" };
      const removal = await accept(requestWith({ action: "down", environment: "users" }, "k2"), here.clients);
      await hold(here, removal);
      end(here);
      const refused = await accept(requestWith(wanted, "k3"), here.clients).catch((caught: unknown) => caught);
      expect(toProblem(refused)).toMatchObject({ status: 410, title: "GONE" });
      expect(String(refused)).toMatch(new RegExp(`${removal.run}.*alloyrun up.*.down. of it`));
      expect(await accept(requestWith(up, "k4"), here.clients)).toMatchObject({ action: "up" });
    },
  );

  it("tells of what is asked for, and not built yet, which runs to cancel", async () => {
    const { run } = await accept(requestWith(up), here.clients);
    const down = accept(requestWith({ action: "down", environment: "users" }, "k2"), here.clients);
    await expect(down).rejects.toMatchObject({ reason: "NOT_BUILT", message: expect.stringContaining(run) });
  });

  it("tells beforehand that a looser spec must be approved, as the stored one says", async () => {
    const policy = "policy: { approval: { when: [always], approvers: [user:b@example.com] } }";
    await hold(here, await accept(requestWith({ ...up, spec: `${exampleText}  ${policy}\n` }), here.clients));
    end(here);
    expect(await accept(requestWith(up, "k2"), here.clients)).toMatchObject({ approval: "required" });
    const removal = requestWith({ action: "down", environment: "users" }, "k3");
    expect(await accept(removal, here.clients)).toMatchObject({ approval: "required" });
  });

  it("tells beforehand that a longer life than the spec's must be approved, and a shorter one not", async () => {
    const policy = "policy: { approval: { when: [cost], costPerDay: 500 }, timeToLive: 72h }";
    const spec = `${exampleText}  ${policy}\n`;
    const asked = async (timeToLive: string) =>
      (await accept(requestWith({ ...up, spec, timeToLive }, timeToLive), here.clients)).approval;
    expect(await asked("73h")).toBe("required");
    end(here);
    expect(await asked("71h")).toBe("not-required");
  });

  it("refuses to end what its spec protects", async () => {
    const spec = `${exampleText}  policy: { protect: true }\n`;
    const refused = accept(requestWith({ ...up, spec, timeToLive: "72h" }), here.clients);
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("timeToLive would remove") });
    expect(here.started).toEqual([]);
  });

  it("notes what is asked beside the spec: ticket, time to live, plan, and what to do while others work", async () => {
    const changesHash = "4".repeat(64);
    const digest = { changesHash, environment: "users", action: "up", level: "app" };
    await put(here.clients.storage, `plans/${changesHash}.json`, digest);
    const body = { ...up, ticket: "CHG1", timeToLive: "2h", plan: changesHash, onBusy: "queue" } as const;
    const { run } = await accept({ ...requestWith(body), onBehalfOf: "p@example.com" }, here.clients);
    expect(JSON.parse(texts()[`requests/${run}.json`] ?? "")).toMatchObject({
      ...{ ticket: "CHG1", timeToLiveSeconds: 7200, changesHash, onBusy: "queue", attempt: 1 },
      onBehalfOf: "p@example.com",
    });
  });

  it.each([
    ["of another environment", { environment: "other" }, "of another request: up of other"],
    ["of another action", { action: "down" }, "of another request: down of users"],
    ["as the workflow reads it", { changesHash: undefined }, "no such plan is stored here"],
  ])("starts nothing for a plan %s", async (_what, about, says) => {
    const changesHash = "4".repeat(64);
    const digest = { changesHash, environment: "users", action: "up", level: "app", ...about };
    await put(here.clients.storage, `plans/${changesHash}.json`, digest);
    const refused = accept(requestWith({ ...up, plan: changesHash }), here.clients);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(says) });
    expect(here.started).toEqual([]);
  });

  it.each([
    [
      "a source that was never packed",
      { folders: { ...folders, source: `sources/${"9".repeat(64)}.tgz` } },
      "folders.source names",
    ],
    [
      "a seed that was never packed",
      { folders: { ...folders, seed: `seeds/${"9".repeat(64)}.tgz` } },
      "folders.seed names",
    ],
    ["a plan that nobody made", { plan: "9".repeat(64) }, "no such plan is stored here"],
  ])("starts nothing for %s", async (_what, about, says) => {
    const refused = accept(requestWith({ ...up, ...about }), here.clients);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(says) });
    expect(here.started).toEqual([]);
    expect(Object.keys(texts()).filter((name) => name.startsWith("requests/"))).toEqual([]);
  });

  it("gives a check every step and nothing to do, and a sweep no plan", async () => {
    await accept(requestWith({ action: "check" }), here.clients);
    await accept(requestWith({ action: "sweep" }, "k2"), here.clients);
    const [check, sweep] = here.started;
    const { planHash } = (check?.argument ?? {}) as { planHash?: string };
    expect(JSON.parse(texts()[`plans/${planHash}.json`] ?? "").steps).toHaveLength(15);
    expect(sweep).toMatchObject({
      workflow: expect.stringMatching(/alloyrun-sweep$/),
      argument: { bucket: "my-project-alloyrun" },
    });
  });

  it.each([
    ["an invalid spec", { ...up, spec: edit("asia-northeast1", "mars") }, { problems: expect.any(Array) }],
    ["a folder that was not packed", { ...up, folders: undefined }, { reason: "FOLDER_NOT_PACKED" }],
    [
      "a spec of another project",
      { ...up, spec: edit("project: my-project", "project: other-project") },
      { reason: "WRONG_INSTALLATION" },
    ],
    ["another environment's name", { ...up, environment: "production" }, { code: "INVALID_ARGUMENT" }],
    ["an environment that is not known", { action: "down", environment: "unknown" } as const, { code: "NOT_FOUND" }],
  ])("refuses %s before anything is started or stored", async (_what, body, refusal) => {
    await expect(accept(requestWith(body), here.clients)).rejects.toMatchObject(refusal);
    expect(here.started).toEqual([]);
    expect(texts()).toEqual({});
  });

  it("refuses to remove a protected environment", async () => {
    const spec = `${exampleText}  policy: { protect: true }\n`;
    await hold(here, await accept(requestWith({ ...up, spec }), here.clients));
    end(here);
    for (const body of [{ action: "down" }, { action: "rebuild" }, { action: "rebuild", level: "all" }] as const) {
      const refused = accept(requestWith({ ...body, environment: "users" }, JSON.stringify(body)), here.clients);
      await expect(refused).rejects.toMatchObject({ reason: "PROTECTED" });
    }
    expect(here.started).toHaveLength(1);
    const again = requestWith({ action: "down", environment: "users", teardown: "1" }, "k4");
    const sweep = { ...again, requestedBy: "alloyrun-sweep@my-project.iam.gserviceaccount.com" };
    expect(await accept(sweep, here.clients)).toMatchObject({ action: "down" });
    end(here);
    const harmless = requestWith({ action: "rebuild", level: "app", environment: "users" }, "k3");
    expect(await accept(harmless, here.clients)).toMatchObject({ action: "rebuild" });
  });

  describe("of an environment whose stored spec cannot be read", () => {
    const down = { action: "down", environment: "users" } as const;
    const newer = (text: string) => text.replace("alloyrun/v1", "alloyrun/v2");
    const damaged = (text: string) => text.replace("kind: Environment", "kind: [Environment");

    /** Built by a spec with this policy, which then lies there otherwise. */
    async function buildThenChange(policy: string, change: (text: string) => string): Promise<void> {
      const spec = `${exampleText}  policy: { ${policy} }\n`;
      await hold(here, await accept(requestWith({ ...up, spec }), here.clients));
      end(here);
      const object = { bucket: "b", object: "specs/users.yaml", contentType: "application/yaml" };
      await here.clients.storage.write({ ...object, content: change(texts()["specs/users.yaml"] ?? "") });
    }

    it.each([
      ["of another schema", newer],
      ["damaged", damaged],
    ])(
      "takes down what is %s by the plan that it was made by, when somebody says that nothing protects it",
      async (_what, change) => {
        await buildThenChange("protect: false", change);
        const refused = accept(requestWith(down, "k2"), here.clients);
        await expect(refused).rejects.toMatchObject({
          reason: "PROTECTION_UNKNOWN",
          message: expect.stringContaining("--unprotected"),
        });
        expect(here.started).toHaveLength(1);
        const accepted = await accept(requestWith({ ...down, unprotected: true }, "k3"), here.clients);
        expect(accepted).toMatchObject({ approval: "required" });
        const [built, removed] = here.started.map(({ argument }) => argument as { planHash: string });
        expect(removed?.planHash).toBe(built?.planHash);
        expect(await hold(here, accepted)).toMatchObject({ state: "held" });
      },
    );

    it("keeps what its text still protects, whatever is said", async () => {
      await buildThenChange("protect: true", damaged);
      const refused = accept(requestWith({ ...down, unprotected: true }, "k2"), here.clients);
      await expect(refused).rejects.toMatchObject({ reason: "PROTECTED" });
    });

    it("keeps what was protected when it was built, where nothing is left of its text", async () => {
      await buildThenChange("protect: true", () => "…");
      const refused = accept(requestWith({ ...down, unprotected: true }, "k2"), here.clients);
      await expect(refused).rejects.toMatchObject({ reason: "PROTECTED" });
    });

    it("builds nothing anew by it", async () => {
      await buildThenChange("protect: false", newer);
      const refused = accept(requestWith({ action: "rebuild", environment: "users" }, "k2"), here.clients);
      await expect(refused).rejects.toMatchObject({ problems: expect.any(Array) });
    });
  });

  /** The text that an `up` leaves, made by one in an installation of its own. */
  async function storedSpec(): Promise<string> {
    const there = createTestInstallation();
    await hold(there, await accept(requestWith(up), there.clients));
    return there.clients.storage.texts()["specs/users.yaml"] ?? "";
  }
});
