import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RequestAccepted } from "../../../functions/api.ts";
import { accept } from "../../../functions/request/accept.ts";
import { acceptScheduled, firingOf } from "../../../functions/request/scheduled.ts";
import { exampleText } from "../../spec/example.ts";
import { put, stored } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation } from "./context.ts";
import type { Heard } from "./heard.ts";
import { telling } from "./telling.ts";

const scheduler = "alloyrun-scheduler@my-project.iam.gserviceaccount.com";
/** Six in the morning in Tokyo. */
const due = "2026-01-04T21:00:00Z";
const headers = { "x-cloudscheduler-jobname": "alloyrun-rebuild-users", "x-cloudscheduler-scheduletime": due };
const dueAt = Date.parse(due) / 1000;
const body = { action: "rebuild", environment: "users", level: "data", onBusy: "queue" } as const;
const minute = 60;

describe("firingOf", () => {
  it("is the same for every delivery of one firing", () => {
    const firing = { caller: scheduler, key: `alloyrun-rebuild-users@${due}`, scheduledAt: dueAt };
    expect(firingOf(headers, scheduler, "my-project")).toEqual(firing);
  });

  it.each([
    ["another account sends them", headers, "a@example.com"],
    ["the account is of another project", headers, "alloyrun-scheduler@other.iam.gserviceaccount.com"],
    ["there is no job", { ...headers, "x-cloudscheduler-jobname": undefined }, scheduler],
    ["the time is none", { ...headers, "x-cloudscheduler-scheduletime": "soon" }, scheduler],
  ])("is none when %s", (_what, sent, caller) => {
    expect(firingOf(sent, caller, "my-project")).toBeUndefined();
  });
});

describe("acceptScheduled", () => {
  let here: TestInstallation;
  let heard: Heard[];

  beforeEach(() => {
    here = createTestInstallation();
    heard = [];
  });

  async function build(rebuild = 'schedule: "0 6 * * *", timeZone: Asia/Tokyo'): Promise<void> {
    const spec = `${exampleText}  policy: { rebuild: { ${rebuild} } }\n`;
    await hold(here, await accept(requestWith({ action: "up", spec, folders }, "k0"), here.clients));
    end(here);
  }

  function fire(secondsLater = 0, scheduledBody: Parameters<typeof acceptScheduled>[0] = body) {
    const firing = firingOf(headers, scheduler, "my-project");
    if (!firing) throw new Error("it is no firing");
    return acceptScheduled(scheduledBody, firing, telling(here, { now: dueAt + secondsLater, heard }));
  }

  it("starts one rebuild however often the firing is delivered, and however late", async () => {
    await build();
    const first = await fire();
    expect(first).toMatchObject({ action: "rebuild", environment: "users" });
    expect(await fire(1)).toEqual(first);
    expect(await fire(40 * minute)).toEqual(first);
    expect(here.started).toHaveLength(2);
    expect(heard).toEqual([]);
  });

  it.each([
    ["it was missed", 31 * minute, undefined, "31 minutes late"],
    [
      "it would end too late",
      26 * minute,
      'schedule: "0 6 * * *", timeZone: Asia/Tokyo, finishBy: "06:30"',
      "would not be done by 06:30 Asia/Tokyo",
    ],
  ])("leaves a rebuild out when %s, and tells why once", async (_what, late, rebuild, says) => {
    await build(rebuild);
    const skipped = { skipped: expect.stringContaining(says) };
    expect(await fire(late)).toEqual(skipped);
    expect(await fire(late + 1)).toEqual(skipped);
    expect(here.started).toHaveLength(1);
    expect(new Set(heard.map(({ event }) => event.id)).size).toBe(1);
    expect(heard[0]).toMatchObject({
      orderingKey: "users",
      event: {
        type: "dev.alloyrun.rebuild-skipped",
        data: { environment: "users", reason: expect.stringContaining(says), scheduledFor: "2026-01-04T21:00:00.000Z" },
      },
    });
  });

  it("notes by when it must begin, should it have to wait for its turn or its approvers", async () => {
    await build('schedule: "0 6 * * *", timeZone: Asia/Tokyo, finishBy: "06:30"');
    const { run } = (await fire()) as RequestAccepted;
    expect(stored(here.clients.storage, `requests/${run}.json`)).toMatchObject({ startBy: dueAt + (30 - 8) * minute });
  });

  it.each([
    ["half an hour after its time", 'schedule: "0 6 * * *", timeZone: Asia/Tokyo', dueAt + 30 * minute],
    [
      "whichever of both is the earlier",
      'schedule: "0 6 * * *", timeZone: Asia/Tokyo, finishBy: "09:00"',
      dueAt + 30 * minute,
    ],
    [
      "only when it would be done too late, where a missed one is to run",
      'schedule: "0 6 * * *", timeZone: Asia/Tokyo, finishBy: "09:00", missed: run',
      dueAt + (180 - 8) * minute,
    ],
    ["never, where a missed one is to run", 'schedule: "0 6 * * *", timeZone: Asia/Tokyo, missed: run', undefined],
  ])("lets it wait no longer than until %s", async (_what, rebuild, startBy) => {
    await build(rebuild);
    const { run } = (await fire(minute)) as RequestAccepted;
    expect(stored(here.clients.storage, `requests/${run}.json`).startBy).toBe(startBy);
  });

  it("runs a missed rebuild where the spec says so", async () => {
    await build('schedule: "0 6 * * *", timeZone: Asia/Tokyo, missed: run');
    expect(await fire(31 * minute)).toMatchObject({ action: "rebuild" });
  });

  describe("beside a person who asks for the same", () => {
    const same = (key: string) => accept(requestWith(body, key), telling(here, { now: dueAt, heard }));
    const later = (hours: number) => {
      const scheduledAt = dueAt + hours * 3600;
      const firing = { caller: scheduler, key: `alloyrun-rebuild-users@${scheduledAt}`, scheduledAt };
      return acceptScheduled(body, firing, telling(here, { now: scheduledAt, heard }));
    };

    it.each([
      ["which ends half an hour after its time", undefined],
      ["which waits for no thaw, though a missed one is to run", 'schedule: "0 6 * * *", missed: run'],
    ])("leaves them a run of their own before it has begun: theirs is none %s", async (_what, rebuild) => {
      await build(rebuild);
      const { run } = (await fire()) as RequestAccepted;
      const own = await same("k1");
      expect(own.run).not.toBe(run);
      const { startBy, joinedBy } = stored(here.clients.storage, `requests/${own.run}.json`);
      expect([startBy, joinedBy]).toEqual([undefined, undefined]);
      // Whoever asks next has no need of a third.
      expect(await same("k2")).toEqual(own);
      expect(here.started).toHaveLength(3);
    });

    it("lets them join what has begun", async () => {
      await build();
      const scheduled = (await fire()) as RequestAccepted;
      await hold(here, scheduled);
      expect(await same("k1")).toEqual(scheduled);
      expect(stored(here.clients.storage, `requests/${scheduled.run}.json`).joinedBy).toEqual(["a@example.com"]);
    });

    it("joins them, and every other firing of its own", async () => {
      await build('schedule: "0 6 * * *", missed: run');
      const first = (await fire()) as RequestAccepted;
      expect(await later(24)).toEqual(first);
      end(here);
      const own = await same("k1");
      expect(await later(48)).toEqual(own);
    });
  });

  it("leaves a rebuild out while the environment is frozen, with who and why", async () => {
    await build();
    await put(here.clients.storage, "freezes/users.json", {
      by: "c@example.com",
      reason: "the demo",
      until: dueAt + 1,
    });
    expect(await fire()).toEqual({ skipped: expect.stringMatching(/frozen until .* by c@example.com: the demo/) });
    expect(await fire(1)).toMatchObject({ action: "rebuild" });
  });

  it("leaves a rebuild out, once and not as a failure, when its environment is being taken down or is gone", async () => {
    await build();
    const { storage } = here.clients;
    await put(storage, "environments/users.json", {
      ...stored(storage, "environments/users.json"),
      removedBy: "run-0",
    });
    expect(await fire()).toEqual({ skipped: expect.stringContaining("run-0 has begun to remove it") });
    await storage.deleteObject("b", "environments/users.json");
    expect(await fire()).toEqual({ skipped: expect.stringContaining("users is gone") });
    expect(here.started).toHaveLength(1);
    expect(heard[0]).toMatchObject({ event: { type: "dev.alloyrun.rebuild-skipped" } });
  });

  it("leaves out what the spec does not want any more", async () => {
    await hold(here, await accept(requestWith({ action: "up", spec: exampleText, folders }, "k0"), here.clients));
    expect(await fire()).toEqual({ skipped: expect.stringContaining("no schedule any more") });
  });

  it("never leaves a sweep out", async () => {
    expect(await fire(90 * minute, { action: "sweep" })).toMatchObject({ action: "sweep" });
    expect(await fire(91 * minute, { action: "sweep" })).toMatchObject({ action: "sweep" });
    expect(here.started).toHaveLength(1);
  });
});
