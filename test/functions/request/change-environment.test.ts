import { beforeEach, describe, expect, it } from "@jest/globals";
import { accept } from "../../../functions/request/accept.ts";
import { extend, freeze, unfreeze } from "../../../functions/request/change-environment.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { exampleText } from "../../spec/example.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation } from "./context.ts";

// The bucket in memory is read on the first of January 2026.
const now = Date.UTC(2026, 0, 1) / 1000;
const body = { reason: "the demo", duration: "8h" };
const ledger = "environments/users.json";
let here: TestInstallation;

beforeEach(async () => {
  here = createTestInstallation();
  await hold(here, await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients));
  end(here);
});

describe("freeze", () => {
  const down = () => accept(requestWith({ action: "down", environment: "users" }, "k2"), here.clients);

  it("keeps everybody from changing the environment, with who, why and until when", async () => {
    const view = await freeze("users", { body, by: "c@example.com" }, here.clients);
    expect(view.freeze).toEqual({ reason: "the demo", by: "c@example.com", until: "2026-01-01T08:00:00.000Z" });
    await expect(down()).rejects.toMatchObject({ reason: "FROZEN" });
    expect(stored(here.clients.storage, "freezes/users.json")).toMatchObject({ since: now, until: now + 8 * 3600 });
  });

  it("takes the place of the one before", async () => {
    await freeze("users", { body, by: "c@example.com" }, here.clients);
    const again = await freeze("users", { body: { ...body, duration: "1h" }, by: "d@example.com" }, here.clients);
    expect(again.freeze).toMatchObject({ by: "d@example.com", until: "2026-01-01T01:00:00.000Z" });
  });

  it("ends when somebody ends it, which may be said twice", async () => {
    await freeze("users", { body, by: "c@example.com" }, here.clients);
    expect(await unfreeze("users", here.clients)).not.toHaveProperty("freeze");
    await unfreeze("users", here.clients);
    expect((await down()).action).toBe("down");
  });

  it("is not of what is gone; one that was left behind can be ended", async () => {
    await here.clients.storage.deleteObject("b", ledger);
    const refused = await freeze("users", { body, by: "c@example.com" }, here.clients).catch(toProblem);
    expect(refused).toMatchObject({ status: 410, title: "GONE" });
    await expect(extend("users", "1h", here.clients)).rejects.toMatchObject({ reason: "GONE" });
    expect(await unfreeze("users", here.clients)).toMatchObject({ gone: true });
  });

  it("is not of an environment that nobody knows", async () => {
    await expect(freeze("other", { body, by: "c@example.com" }, here.clients)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(unfreeze("other", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(stored(here.clients.storage, "freezes/other.json")).toBeUndefined();
  });
});

describe("extend", () => {
  beforeEach(() =>
    put(here.clients.storage, ledger, { plans: ["h"], readyAt: now, expiresAt: now + 60, warned: ["24h"] }),
  );

  it("puts the end off from where it was, and warns anew", async () => {
    expect(await extend("users", "2h", here.clients)).toMatchObject({ expiresAt: "2026-01-01T02:01:00.000Z" });
    expect(stored(here.clients.storage, ledger)).toEqual({
      plans: ["h"],
      readyAt: now,
      expiresAt: now + 7260,
      warned: [],
    });
  });

  it("refuses an environment that does not expire, or that is not known", async () => {
    await put(here.clients.storage, ledger, { plans: ["h"] });
    await expect(extend("users", "2h", here.clients)).rejects.toMatchObject({ reason: "DOES_NOT_EXPIRE" });
    await expect(extend("other", "2h", here.clients)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("asks to be called again when a run changed the environment this moment", async () => {
    const act = () => put(here.clients.storage, ledger, { plans: ["h2"], expiresAt: now + 90 });
    const storage = interruptedBefore(here.clients.storage, { object: ledger, act });
    await expect(extend("users", "2h", { ...here.clients, storage })).rejects.toMatchObject({ retryable: true });
    expect(stored(here.clients.storage, ledger)).toEqual({ plans: ["h2"], expiresAt: now + 90 });
  });
});
