import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredEnvironment } from "../../../functions/entry/stored.ts";
import { accept } from "../../../functions/request/accept.ts";
import { lookForExpiries } from "../../../functions/request/expiries.ts";
import { exampleText } from "../../spec/example.ts";
import { put, stored } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation, textsOf } from "./context.ts";
import type { Heard } from "./heard.ts";
import { telling } from "./telling.ts";

const sweep = "alloyrun-sweep@my-project.iam.gserviceaccount.com";
const readyAt = Date.UTC(2026, 0, 1) / 1000;
const hour = 3600;

describe("lookForExpiries", () => {
  let here: TestInstallation;
  let heard: Heard[];

  beforeEach(async () => {
    here = createTestInstallation();
    heard = [];
    await put(here.clients.storage, "specs/users.yaml", {});
    await live({ timeToLiveSeconds: 72 * hour });
  });

  /** The environment `users` lives, from `readyAt` on. */
  async function live(wanted: Partial<StoredEnvironment> & { readonly timeToLiveSeconds: number }) {
    const expiresAt = readyAt + wanted.timeToLiveSeconds;
    const usual = { plans: ["h"], readyAt, readyRun: "run-1", url: "https://u", ticket: "CHG1", expiresAt };
    await put(here.clients.storage, "environments/users.json", { ...usual, ...wanted });
  }

  const spec = (policy: string) =>
    here.clients.storage.write({
      ...{ bucket: "b", object: "specs/users.yaml", contentType: "application/yaml" },
      content: exampleText
        .replace(/source: .*/, `source: ${folders.source}`)
        .replace(/directory: .*\}/, `directory: ${folders.seed} }`)
        .concat(policy),
    });

  const look = (secondsLater: number, caller = sweep, refuse?: () => boolean) =>
    lookForExpiries(caller, telling(here, { now: readyAt + secondsLater, heard, refuse }));

  it("is for the sweep alone", async () => {
    await expect(look(0, "a@example.com")).rejects.toMatchObject({ code: "PERMISSION_DENIED", reason: "SWEEP_ONLY" });
    await expect(look(0, "alloyrun-sweep@other.iam.gserviceaccount.com")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });

  it("warns a day, two hours and half an hour before the end, once each, in the environment's own order", async () => {
    for (const left of [30, 25, 24, 23, 3, 2, 1, 0.5, 0.25]) await look((72 - left) * hour);
    expect(heard.map(({ event }) => event.id)).toEqual(["24h", "2h", "30m"].map((name) => `run-1/expiring-${name}`));
    expect(heard[0]).toMatchObject({
      topic: "projects/my-project/topics/alloyrun-events",
      orderingKey: "users",
      attributes: { environment: "users", run: "run-1", type: "expiring" },
      event: {
        type: "dev.alloyrun.expiring",
        time: "2026-01-03T00:00:00.000Z",
        data: { ticket: "CHG1", url: "https://u", expiresAt: "2026-01-04T00:00:00.000Z", secondsLeft: 24 * hour },
      },
    });
    expect(stored(here.clients.storage, "environments/users.json").warned).toEqual(["24h", "2h", "30m"]);
  });

  it("gives no warning that is longer than the whole life, and of several that are late only the nearest", async () => {
    await live({ timeToLiveSeconds: hour });
    await look(0.3 * hour);
    expect(heard).toEqual([]);
    await look(0.6 * hour);
    expect(heard.map(({ event }) => event.id)).toEqual(["run-1/expiring-30m"]);
    await live({ timeToLiveSeconds: 72 * hour });
    await look(71 * hour);
    expect(heard.map(({ event }) => event.id).slice(1)).toEqual(["run-1/expiring-2h"]);
    await look(71.2 * hour);
    expect(heard).toHaveLength(2);
  });

  it("counts the whole life from when it was given, not from when what lives was ready", async () => {
    await live({ timeToLiveSeconds: 2 * hour, livesFrom: readyAt + 2.6 * hour, expiresAt: readyAt + 4.6 * hour });
    await look(2.7 * hour);
    expect(heard).toEqual([]);
    await look(4.2 * hour);
    expect(heard).toMatchObject([{ event: { type: "dev.alloyrun.expiring", data: { secondsLeft: 0.4 * hour } } }]);
  });

  it("tells whole seconds", async () => {
    await look(71 * hour + 0.27);
    expect(heard).toMatchObject([{ event: { data: { secondsLeft: hour - 1 } } }]);
  });

  it("warns anew, by another event, when the end was moved", async () => {
    await live({ timeToLiveSeconds: hour });
    await look(0.6 * hour);
    const expiresAt = readyAt + 3 * hour;
    await live({ timeToLiveSeconds: hour, expiresAt, warned: [] });
    await look(2.6 * hour);
    expect(heard.map(({ event }) => event.id)).toEqual(["run-1/expiring-30m", `run-1/expiring-30m@${expiresAt}`]);
  });

  describe("while a freeze is in force", () => {
    const idOf = ({ event }: Heard) => event.id;
    const freeze = async (hours: number) => {
      await spec("");
      const until = readyAt + hours * hour;
      await put(here.clients.storage, "freezes/users.json", { by: "c", reason: "demo", until });
      return until;
    };

    it("warns of an end that comes after it as if there were none", async () => {
      await freeze(71);
      await look(70.5 * hour);
      expect(heard.map(idOf)).toEqual(["run-1/expiring-2h"]);
      const at = "2026-01-04T00:00:00.000Z";
      expect(heard[0]?.event.data).toMatchObject({ expiresAt: at, goesDownAt: at, secondsLeft: 1.5 * hour });
      expect(heard[0]?.event.data).not.toHaveProperty("frozenUntil");
    });

    it("says that it holds the end until it is over itself, and warns before that, too", async () => {
      const until = await freeze(100);
      for (const at of [47, 49, 49.25, 71, 72.5, 76.5, 99, 99.75]) {
        expect(await look(at * hour)).toEqual({ due: [], untold: [] });
      }
      expect(heard.map(idOf)).toEqual([
        ...["run-1/expiring-24h", "run-1/expiring-2h", `run-1/expiring-24h@${until}`],
        ...[`run-1/expiring-2h@${until}`, `run-1/expiring-30m@${until}`],
      ]);
      const frozenUntil = "2026-01-05T04:00:00.000Z";
      const held = { expiresAt: "2026-01-04T00:00:00.000Z", goesDownAt: frozenUntil, frozenUntil };
      expect(heard.map(({ event }) => event.data)).toMatchObject([
        ...[49, 71, 76.5, 99, 99.75].map((at) => ({ ...held, secondsLeft: (100 - at) * hour })),
      ]);
      expect((await look(100 * hour)).due).toHaveLength(1);
    });
  });

  it("tells a warning that could not be published the next time, and goes on with the others", async () => {
    await put(here.clients.storage, "environments/other.json", { plans: [], expiresAt: readyAt });
    await here.clients.storage.write({
      ...{ bucket: "b", object: "specs/other.yaml", contentType: "application/yaml" },
      content: exampleText
        .replace("name: users", "name: other")
        .replace(/source: .*/, `source: ${folders.source}`)
        .replace(/directory: .*\}/, `directory: ${folders.seed} }`),
    });
    expect(await look(48.5 * hour, sweep, () => true)).toEqual({
      due: [{ environment: "other", expiry: readyAt }],
      untold: ["users"],
    });
    expect((await look(48.5 * hour)).untold).toEqual([]);
    expect(heard.map(({ event }) => event.id)).toEqual(["run-1/expiring-24h"]);
  });

  it("gives what is over, by the time that it found, and no warning any more", async () => {
    await spec("");
    expect(await look(72 * hour)).toEqual({ due: [{ environment: "users", expiry: readyAt + 72 * hour }], untold: [] });
    expect(heard).toEqual([]);
  });

  it.each([
    ["nothing that is protected", async () => spec("  policy: { protect: true }\n")],
    [
      "nothing that is frozen",
      async () => {
        await spec("");
        await put(here.clients.storage, "freezes/users.json", { by: "c", reason: "demo", until: readyAt + 100 * hour });
      },
    ],
    [
      "nothing whose removal goes on already",
      async () => {
        await spec("");
        await live({ timeToLiveSeconds: 72 * hour, readyAt: undefined });
        await put(here.clients.storage, "teardowns/users.json", { remaining: { network: "held" } });
      },
    ],
    [
      "nothing that is kept",
      async () => {
        await spec("");
        await live({ timeToLiveSeconds: 72 * hour, expiresAt: undefined });
      },
    ],
  ])("gives %s", async (_what, arrange) => {
    await arrange();
    expect(await look(72 * hour)).toEqual({ due: [], untold: [] });
  });

  it("begins a removal again that has failed", async () => {
    await spec("");
    await live({ timeToLiveSeconds: 72 * hour, readyAt: undefined });
    expect((await look(73 * hour)).due).toHaveLength(1);
  });

  it("leaves what another run is changing for the next time", async () => {
    await here.clients.storage.deleteObject("b", "environments/users.json");
    await hold(here, await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients));
    await live({ timeToLiveSeconds: 72 * hour });
    expect((await look(72 * hour)).due).toEqual([]);
    end(here);
    expect((await look(72 * hour)).due).toHaveLength(1);
  });
});

describe("what only the sweep may ask for", () => {
  const expiry = { action: "down", environment: "users", expiry: 5, reason: "expired" } as const;

  it.each([expiry, { action: "down", environment: "users", teardown: "7" } as const])(
    "is refused to others: %j",
    async (body) => {
      const here = createTestInstallation();
      await expect(accept(requestWith(body), here.clients)).rejects.toMatchObject({ reason: "SWEEP_ONLY" });
      expect([here.started, textsOf(here)]).toEqual([[], {}]);
    },
  );

  it("needs no approval, and carries the ticket of the environment", async () => {
    const here = createTestInstallation();
    const spec = `${exampleText}  policy: { approval: { when: [always] }, timeToLive: 2h }\n`;
    const up = await accept(requestWith({ action: "up", spec, folders }, "k0"), here.clients);
    await hold(here, up);
    end(here);
    await put(here.clients.storage, "environments/users.json", { plans: [], expiresAt: 5, ticket: "CHG1" });
    const asked = await accept({ body: expiry, requestedBy: sweep, key: "k" }, here.clients);
    expect([up.approval, asked.approval]).toEqual(["required", "not-required"]);
    expect(here.started.at(-1)?.argument).toMatchObject({ isExpired: true, isContinued: false, ticket: "CHG1" });
  });

  it("joins a removal that is under way, and waits for nobody else", async () => {
    const here = createTestInstallation();
    const up = await accept(requestWith({ action: "up", spec: exampleText, folders }, "k0"), here.clients);
    await hold(here, up);
    const teardown = { body: { action: "down", environment: "users", teardown: "7" }, requestedBy: sweep } as const;
    await expect(accept({ ...teardown, key: "k1" }, here.clients)).rejects.toMatchObject({ reason: "BUSY" });
    end(here);
    const down = await accept(requestWith({ action: "down", environment: "users" }, "k2"), here.clients);
    await hold(here, down);
    expect(await accept({ ...teardown, key: "k3" }, here.clients)).toEqual(down);
  });

  it("is refused for what is protected", async () => {
    const here = createTestInstallation();
    const spec = `${exampleText}  policy: { protect: true }\n`;
    await hold(here, await accept(requestWith({ action: "up", spec, folders }, "k0"), here.clients));
    end(here);
    await expect(accept({ body: expiry, requestedBy: sweep, key: "k" }, here.clients)).rejects.toMatchObject({
      reason: "PROTECTED",
    });
  });
});
