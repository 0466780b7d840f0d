import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredChain } from "../../../functions/entry/stored.ts";
import { accept } from "../../../functions/request/accept.ts";
import { extend, freeze, unfreeze } from "../../../functions/request/change-environment.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { sha256 } from "../../../spec/names.ts";
import { exampleText } from "../../spec/example.ts";
import type { MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation } from "./context.ts";

// The bucket in memory is read on the first of January 2026.
const now = Date.UTC(2026, 0, 1) / 1000;
const body = { reason: "the demo", duration: "8h" };
const twoHours = { longer: "2h", by: "d@example.com", key: "k" };
/** Where a change is held under the key of its caller. */
const noteOf = ({ by, key }: { readonly by: string; readonly key: string }) =>
  `requests/change-${sha256(`${by}\n${key}`).slice(0, 32)}.json`;
/** A key that nobody has used. */
const newKey = () => randomUUID();
const ledger = "environments/users.json";
let here: TestInstallation;

/** What is recorded of the environment, first to last. */
const recorded = () =>
  ((stored(here.clients.storage, "chains/users.json") as StoredChain | undefined)?.records ?? []).map(({ record }) =>
    stored(here.clients.storage, `runs/users/${record}.json`),
  );

/** What was told, type and data, first to last. */
const told = () => here.heard.map(({ event: { type, data } }) => [type.replace("dev.alloyrun.", ""), data]);

/** The bucket of a process that dies when it is about to write below a prefix for the last time. */
function brokenAt(prefix: string): MemoryStorage {
  const { storage } = here.clients;
  return {
    ...storage,
    async write(place) {
      const isLast = prefix !== "requests/" || String(place.content).includes("isDone");
      if (place.object.startsWith(prefix) && isLast) throw new Error("broken");
      return storage.write(place);
    },
  };
}

beforeEach(async () => {
  here = createTestInstallation();
  await hold(here, await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients));
  end(here);
});

describe("freeze", () => {
  const down = () => accept(requestWith({ action: "down", environment: "users" }, "k2"), here.clients);

  it("keeps everybody from changing the environment, with who, why and until when", async () => {
    const view = await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    expect(view.freeze).toEqual({ reason: "the demo", by: "c@example.com", until: "2026-01-01T08:00:00.000Z" });
    const refused = await down().catch(toProblem);
    expect(refused).toMatchObject({ title: "FROZEN", status: 409, freeze: view.freeze });
    expect(stored(here.clients.storage, "freezes/users.json")).toMatchObject({ since: now, until: now + 8 * 3600 });
  });

  it("takes the place of the one before", async () => {
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    const longer = await freeze(
      "users",
      { body: { ...body, duration: "9h" }, by: "d@example.com", key: newKey() },
      here.clients,
    );
    expect(longer.freeze).toMatchObject({ by: "d@example.com", until: "2026-01-01T09:00:00.000Z" });
    const shorter = await freeze(
      "users",
      { body: { ...body, duration: "1h" }, by: "d@example.com", key: newKey() },
      here.clients,
    );
    expect(shorter.freeze).toMatchObject({ until: "2026-01-01T01:00:00.000Z" });
  });

  it("is not shortened by somebody else who does not end it first", async () => {
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    const short = { body: { ...body, duration: "1h" }, by: "d@example.com", key: newKey() };
    const held = { by: "c@example.com" };
    expect(await freeze("users", short, here.clients).catch(toProblem)).toMatchObject({ status: 409, freeze: held });
    await expect(freeze("users", short, here.clients)).rejects.toMatchObject({
      reason: "FROZEN_FOR_LONGER",
      message: expect.stringMatching(/`alloyrun unfreeze users --project [a-z][-a-z0-9]+[^`]*` ends that; then freeze/),
    });
    expect(stored(here.clients.storage, "freezes/users.json")).toMatchObject({ by: "c@example.com" });
    await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    expect(await freeze("users", short, here.clients)).toMatchObject({ freeze: { by: "d@example.com" } });
  });

  it("is recorded with who, why and until when, and so is its end", async () => {
    await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    const view = await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    expect(recorded()).toMatchObject([
      { change: "freeze", requestedBy: "c@example.com", reason: "the demo", at: now, until: now + 8 * 3600 },
      { change: "unfreeze", requestedBy: "d@example.com", at: now, previous: { sha256: expect.any(String) } },
    ]);
    expect(view.runs.filter(({ run }) => run.startsWith("change"))).toEqual([]);
  });

  it("is told, and so is its end", async () => {
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    expect(told()).toEqual([
      ["frozen", { environment: "users", by: "c@example.com", reason: "the demo", until: "2026-01-01T08:00:00.000Z" }],
      ["unfrozen", { environment: "users", by: "d@example.com" }],
    ]);
    expect(here.heard.map(({ orderingKey }) => orderingKey)).toEqual(["users", "users"]);
  });

  it("counts once under one key, even when it was ended meanwhile, and its end likewise", async () => {
    const once = { body, by: "c@example.com", key: "k" };
    await freeze("users", once, here.clients);
    await unfreeze("users", { by: "c@example.com", key: "k2" }, here.clients);
    expect(await freeze("users", once, here.clients)).not.toHaveProperty("freeze");
    await freeze("users", { ...once, key: "k3" }, here.clients);
    expect(await unfreeze("users", { by: "c@example.com", key: "k2" }, here.clients)).toHaveProperty("freeze");
    expect(recorded().map(({ change }) => change)).toEqual(["freeze", "unfreeze", "freeze"]);
    const other = { ...once, body: { ...body, duration: "9h" } };
    await expect(freeze("users", other, here.clients)).rejects.toMatchObject({ reason: "KEY_REUSED" });
  });

  it("is not made anew by whoever has a crash made good after somebody has ended it", async () => {
    const once = { body, by: "c@example.com", key: "k" };
    const dying = { ...here.clients, storage: brokenAt("requests/") };
    await expect(freeze("users", once, dying)).rejects.toThrow("broken");
    await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    expect(await freeze("users", once, here.clients)).not.toHaveProperty("freeze");
    expect(recorded().map(({ change }) => change)).toEqual(["freeze", "unfreeze"]);
  });

  it("is not ended by whoever wanted to end the one before, and has a crash made good", async () => {
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    const ending = { by: "d@example.com", key: "k" };
    const dying = { ...here.clients, storage: brokenAt("requests/") };
    await expect(unfreeze("users", ending, dying)).rejects.toThrow("broken");
    await freeze("users", { body, by: "e@example.com", key: newKey() }, here.clients);
    expect(await unfreeze("users", ending, here.clients)).toMatchObject({ freeze: { by: "e@example.com" } });
  });

  it("ends when somebody ends it, which may be said twice", async () => {
    await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients);
    expect(await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients)).not.toHaveProperty("freeze");
    await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients);
    expect((await down()).action).toBe("down");
  });

  it("is not of what is gone; one that was left behind can be ended", async () => {
    await here.clients.storage.deleteObject("b", ledger);
    const refused = await freeze("users", { body, by: "c@example.com", key: newKey() }, here.clients).catch(toProblem);
    expect(refused).toMatchObject({ status: 410, title: "GONE" });
    await expect(
      extend("users", { longer: "1h", by: "c@example.com", key: newKey() }, here.clients),
    ).rejects.toMatchObject({
      reason: "GONE",
    });
    expect(await unfreeze("users", { by: "d@example.com", key: newKey() }, here.clients)).toMatchObject({ gone: true });
  });

  it("is not of an environment that nobody knows", async () => {
    await expect(freeze("other", { body, by: "c@example.com", key: newKey() }, here.clients)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(unfreeze("other", { by: "d@example.com", key: newKey() }, here.clients)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(stored(here.clients.storage, "freezes/other.json")).toBeUndefined();
  });
});

describe("extend", () => {
  beforeEach(() =>
    put(here.clients.storage, ledger, { plans: ["h"], readyAt: now, expiresAt: now + 60, warned: ["24h"] }),
  );

  it("puts the end off from where it was, and warns anew", async () => {
    expect(await extend("users", twoHours, here.clients)).toMatchObject({ expiresAt: "2026-01-01T02:01:00.000Z" });
    expect(stored(here.clients.storage, ledger)).toEqual({
      plans: ["h"],
      readyAt: now,
      expiresAt: now + 7260,
      warned: [],
      extensions: [expect.stringMatching(/^change-/)],
    });
    expect(recorded()).toMatchObject([{ change: "extend", requestedBy: "d@example.com", at: now, until: now + 7260 }]);
  });

  it("is told", async () => {
    await extend("users", twoHours, here.clients);
    const data = { environment: "users", by: "d@example.com", until: "2026-01-01T02:01:00.000Z" };
    expect(told()).toEqual([["extended", data]]);
  });

  it("counts once under one key of one caller", async () => {
    const first = await extend("users", twoHours, here.clients);
    expect(await extend("users", twoHours, here.clients)).toEqual(first);
    expect(recorded()).toHaveLength(1);
    expect(await extend("users", { ...twoHours, by: "c@example.com" }, here.clients)).toMatchObject({
      expiresAt: "2026-01-01T04:01:00.000Z",
    });
  });

  it("refuses a key under which something else was asked", async () => {
    await extend("users", twoHours, here.clients);
    const other = extend("users", { ...twoHours, longer: "3h" }, here.clients);
    await expect(other).rejects.toMatchObject({ reason: "KEY_REUSED", code: "ALREADY_EXISTS" });
    const freezing = freeze("users", { ...twoHours, body }, here.clients);
    await expect(freezing).rejects.toMatchObject({ reason: "KEY_REUSED" });
    expect(stored(here.clients.storage, ledger)).toMatchObject({ expiresAt: now + 7260 });
  });

  it.each(["chains/users.json", "requests/"])(
    "goes on under its key where it broke off, before it wrote %s, and still counts once",
    async (prefix) => {
      const broken = brokenAt(prefix);
      await expect(extend("users", twoHours, { ...here.clients, storage: broken })).rejects.toThrow("broken");
      expect(await extend("users", twoHours, here.clients)).toMatchObject({ expiresAt: "2026-01-01T02:01:00.000Z" });
      expect(recorded()).toMatchObject([{ change: "extend", until: now + 7260 }]);
      expect(new Set(here.heard.map(({ event }) => event.id)).size).toBe(1);
    },
  );

  it("may be asked again under the same key when it was refused", async () => {
    await put(here.clients.storage, ledger, { plans: ["h"], readyAt: now });
    await expect(extend("users", twoHours, here.clients)).rejects.toMatchObject({ reason: "DOES_NOT_EXPIRE" });
    await put(here.clients.storage, ledger, { plans: ["h"], readyAt: now, expiresAt: now + 60 });
    expect(await extend("users", twoHours, here.clients)).toMatchObject({ expiresAt: "2026-01-01T02:01:00.000Z" });
  });

  it("puts it off to two of its lives from when it began and no further, however often and whenever it is asked", async () => {
    const life = { readyAt: now - 86_400, expiresAt: now + 6 * 86_400, timeToLiveSeconds: 7 * 86_400 };
    await put(here.clients.storage, ledger, { plans: ["h"], ...life });
    const by = (longer: string) => extend("users", { longer, by: "d@example.com", key: newKey() }, here.clients);
    await expect(by("9d")).rejects.toMatchObject({
      ...{ reason: "TOO_LONG", code: "FAILED_PRECONDITION" },
      message: expect.stringMatching(/may be kept until 2026-01-14T00:00:00.000Z, 14d from when its life began/),
    });
    expect(await by("7d")).toMatchObject({ expiresAt: "2026-01-14T00:00:00.000Z" });
    await expect(by("1s")).rejects.toMatchObject({ reason: "TOO_LONG" });
    // A week later there is no more to be had; a life that a run has given since is counted from there.
    const late = { ...life, readyAt: now - 13 * 86_400, expiresAt: now + 86_400 };
    await put(here.clients.storage, ledger, { plans: ["h"], ...late });
    await expect(by("1s")).rejects.toMatchObject({ reason: "TOO_LONG" });
    await put(here.clients.storage, ledger, { plans: ["h"], ...late, livesFrom: now, timeToLiveSeconds: 86_400 });
    expect(await by("6d")).toMatchObject({ expiresAt: "2026-01-08T00:00:00.000Z" });
    expect(recorded().map(({ change, requestedBy }) => [change, requestedBy])).toEqual([
      ["extend", "d@example.com"],
      ["extend", "d@example.com"],
    ]);
    expect(told().map(([type]) => type)).toEqual(["extended", "extended"]);
  });

  it("lets the shortest life be put off by a week", async () => {
    await put(here.clients.storage, ledger, { plans: ["h"], readyAt: now, expiresAt: now, timeToLiveSeconds: 3600 });
    expect(await extend("users", { ...twoHours, longer: "7d" }, here.clients)).toMatchObject({
      expiresAt: "2026-01-08T00:00:00.000Z",
    });
  });

  it("counts an end that another extension moved this moment", async () => {
    await put(here.clients.storage, ledger, { plans: ["h"], readyAt: now, expiresAt: now, timeToLiveSeconds: 3600 });
    const act = () => extend("users", { ...twoHours, longer: "6d", by: "c@example.com" }, here.clients);
    const storage = interruptedBefore(here.clients.storage, { object: noteOf(twoHours), act });
    const late = extend("users", { ...twoHours, longer: "2d" }, { ...here.clients, storage });
    await expect(late).rejects.toMatchObject({ reason: "TOO_LONG" });
    expect(stored(here.clients.storage, ledger)).toMatchObject({ expiresAt: now + 6 * 86_400 });
  });

  it("says of one that is built for the first time from when its life is counted", async () => {
    const says = (message: RegExp) => ({ reason: "NOT_READY", message: expect.stringMatching(message) });
    const refused = () => expect(extend("users", twoHours, here.clients)).rejects;
    await put(here.clients.storage, ledger, { plans: ["h"] });
    await refused().toMatchObject(says(/not ready yet, and a life is counted from when it is/));
    const { bucket } = here.clients.installation;
    const content = `${exampleText}  policy: { timeToLive: 72h }\n`;
    await here.clients.storage.write({ bucket, object: "specs/users.yaml", content, contentType: "" });
    await refused().toMatchObject(says(/the 3d of its spec are counted from when it is/));
  });

  it("refuses an environment that does not expire, or that is not known", async () => {
    await put(here.clients.storage, ledger, { plans: ["h"], readyAt: now });
    await expect(extend("users", twoHours, here.clients)).rejects.toMatchObject({ reason: "DOES_NOT_EXPIRE" });
    await expect(extend("other", twoHours, here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("asks to be called again when a run changed the environment this moment", async () => {
    const act = () => put(here.clients.storage, ledger, { plans: ["h2"], expiresAt: now + 90 });
    const storage = interruptedBefore(here.clients.storage, { object: ledger, act });
    await expect(extend("users", twoHours, { ...here.clients, storage })).rejects.toMatchObject({ retryable: true });
    expect(stored(here.clients.storage, ledger)).toEqual({ plans: ["h2"], expiresAt: now + 90 });
  });
});
