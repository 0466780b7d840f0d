import { beforeEach, describe, expect, it } from "@jest/globals";
import type { RequestBody } from "../../../functions/api.ts";
import { accept } from "../../../functions/request/accept.ts";
import { refuseFrozen } from "../../../functions/request/busy.ts";
import { toProblem } from "../../../functions/request/problem.ts";
import { exampleText } from "../../spec/example.ts";
import { put } from "../../support/stored.ts";
import { createTestInstallation, end, folders, hold, requestWith, type TestInstallation } from "./context.ts";

const up = { action: "up", spec: exampleText, folders } as const;
const down = { action: "down", environment: "users" } as const;

describe("a request for an environment that is being changed", () => {
  let here: TestInstallation;
  let first: Awaited<ReturnType<typeof accept>>;
  let count = 0;

  beforeEach(async () => {
    here = createTestInstallation();
    first = await accept(requestWith(up), here.clients);
    await hold(here, first);
  });

  const ask = (body: RequestBody) => {
    count += 1;
    return accept(requestWith(body, `key-${count}`), here.clients);
  };

  it("is refused with who holds it, why, since when and how long that takes, as a problem of HTTP status 409", async () => {
    const refused = await ask(down).catch((caught: unknown) => toProblem(caught));
    expect(refused).toMatchObject({
      ...{ status: 409, title: "BUSY" },
      detail: expect.stringContaining(`users is being changed by ${first.run} (up) since 1970-01-12T13:46:40.000Z`),
      holder: {
        ...{ run: first.run, status: `/v1/runs/${first.run}`, requestedBy: "a@example.com", why: "up" },
        ...{ since: "1970-01-12T13:46:40.000Z", expectedSeconds: first.expectedSeconds },
      },
    });
    expect(here.started).toHaveLength(1);
    expect(Object.keys(here.clients.storage.texts()).filter((name) => name.startsWith("requests/"))).toHaveLength(1);
  });

  it("waits when it says so", async () => {
    const queued = await ask({ ...down, onBusy: "queue" });
    expect(queued.run).not.toBe(first.run);
    expect(here.started).toHaveLength(2);
  });

  it.each(["fail", "queue"] as const)(
    "joins the run when it asks for the very same, also with onBusy %s",
    async (onBusy) => {
      expect(await ask({ ...up, onBusy, reason: "another one" })).toEqual(first);
      expect(here.started).toHaveLength(1);
    },
  );

  it.each([
    [{ action: "rebuild", environment: "users" }],
    [{ ...up, timeToLive: "5h" }],
    [{ ...up, spec: exampleText.replace("cpuCount: 2", "cpuCount: 4") }],
  ] as const)("does not join a run for something else: %j", async (body) => {
    await expect(ask(body)).rejects.toMatchObject({ reason: "BUSY" });
  });

  it("is accepted when the holder's execution has ended", async () => {
    end(here);
    expect((await ask(down)).action).toBe("down");
  });

  it.each([{ action: "plan", environment: "users" }, { action: "check" }, { action: "sweep" }] as const)(
    "is accepted when it changes nothing itself: %j",
    async (body) => {
      expect((await ask(body)).action).toBe(body.action);
    },
  );
});

describe("refuseFrozen", () => {
  const { clients } = createTestInstallation();
  // The bucket in memory is read on the first of January 2026.
  const readAt = Date.UTC(2026, 0, 1) / 1000;

  beforeEach(() =>
    put(clients.storage, "freezes/users.json", { by: "c@example.com", reason: "the demo", until: readAt + 1 }),
  );

  const installation = { project: "my-project", region: "us-central1", bucket: "b" };
  const frozen = (action: string) => refuseFrozen(clients.storage, { installation, environment: "users", action });

  it.each(["up", "rebuild", "down"])("refuses %s with who, why, until when and what ends it", async (action) => {
    await expect(frozen(action)).rejects.toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "FROZEN",
      message:
        "users is frozen until 2026-01-01T00:00:01.000Z by c@example.com: the demo. `alloyrun unfreeze users --project my-project --region us-central1` ends that.",
    });
  });

  it("lets look at it, and changes pass from its end on", async () => {
    await frozen("plan");
    await put(clients.storage, "freezes/users.json", { by: "c@example.com", reason: "the demo", until: readAt });
    await frozen("down");
  });
});
