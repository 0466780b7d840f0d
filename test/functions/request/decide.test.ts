import { beforeEach, describe, expect, it } from "@jest/globals";
import type { DecisionBody } from "../../../functions/api.ts";
import { decide, viewApproval } from "../../../functions/request/decide.ts";
import type { Policy } from "../../../google/policy.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";
import { createTestInstallation, type TestInstallation } from "./context.ts";

const object = "approvals/a1.json";
// The bucket in memory is read on the first of January 2026.
const now = Date.UTC(2026, 0, 1) / 1000;
const callback = "https://workflowexecutions.googleapis.com/v1/callbacks/1";
const changesHash = "c".repeat(64);

/** The run that asks is there, and its execution waits. */
async function wait({ clients, executions }: TestInstallation, attempt = 1): Promise<void> {
  await put(clients.storage, "requests/run-1.json", {
    run: "run-1",
    requestedBy: "a@example.com",
    attempt,
    execution: "e1",
  });
  executions.set("e1", { name: "e1", state: "ACTIVE", labels: {} });
}

describe("decide", () => {
  let here: TestInstallation;
  let woken: string[];
  let failures: number;

  beforeEach(async () => {
    here = createTestInstallation();
    woken = [];
    failures = 0;
    await wait(here);
    policy = {};
    ofProject = {};
    looked.length = 0;
    await put(here.clients.storage, object, {
      ...{ id: "a1", run: "run-1", environment: "users", changesHash, callback },
      ...{ reasons: ["rows are lost"], requesters: ["a@example.com", "p@example.com"] },
      ...{ approvers: ["user:b@example.com", "user:c@example.com", "user:a@example.com"] },
      ...{ askedAt: now - 10, expiresAt: now + 60 },
    });
  });

  const callbacks = {
    send: async (url: string) => {
      if (failures-- > 0) throw new Error("the network is down");
      woken.push(url);
    },
  };
  let policy: Policy;
  const looked: string[] = [];
  const pubsub = {
    getPolicy: async (resource: string) => {
      looked.push(resource);
      return policy;
    },
  };
  let ofProject: Policy;
  const resourceManager = { getProjectPolicy: async () => ofProject };
  const clients = () => ({ ...here.clients, callbacks, pubsub, resourceManager });
  const answer = (state: "approved" | "rejected", by: string, body: DecisionBody = { reason: "because" }) =>
    decide({ id: "a1", state, by, via: "api", body }, clients());
  const decision = () => stored(here.clients.storage, object).decision;

  it.each(["approved", "rejected"] as const)(
    "notes that it is %s, by whom, when and why, and wakes the execution up",
    async (state) => {
      expect(await answer(state, "b@example.com")).toMatchObject({
        id: "a1",
        state,
        by: "b@example.com",
        reason: "because",
      });
      expect(decision()).toEqual({
        state,
        by: "b@example.com",
        via: "api",
        reason: "because",
        at: "2026-01-01T00:00:00.000Z",
      });
      expect(woken).toEqual([callback]);
    },
  );

  it.each([
    ["who asked", "a@example.com", {}, { code: "PERMISSION_DENIED" }],
    ["on whose behalf it was asked", "P@example.com", {}, { code: "PERMISSION_DENIED" }],
    ["who is no approver", "d@example.com", {}, { code: "PERMISSION_DENIED" }],
    ["who looked at another plan", "b@example.com", { changesHash: "d".repeat(64) }, { reason: "STALE_PLAN" }],
  ] as const)("refuses %s, and nobody is woken up", async (_who, by, body, refusal) => {
    await expect(answer("approved", by, body)).rejects.toMatchObject(refusal);
    expect([decision(), woken]).toEqual([undefined, []]);
  });

  it("wants a reason to reject, and none to approve", async () => {
    await expect(answer("rejected", "b@example.com", {})).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("reason"),
    });
    expect(await answer("approved", "b@example.com", { changesHash })).toMatchObject({ state: "approved" });
  });

  it("stays as the first decided, and tells the second who that was", async () => {
    await answer("approved", "b@example.com");
    for (const [state, by] of [
      ["rejected", "b@example.com"],
      ["approved", "c@example.com"],
    ] as const) {
      await expect(answer(state, by)).rejects.toMatchObject({
        reason: "ALREADY_DECIDED",
        message: "a1 was approved by b@example.com at 2026-01-01T00:00:00.000Z",
      });
    }
    expect(woken).toHaveLength(1);
  });

  it("wakes up again for who repeats the decision, so that one whose wake-up failed is not lost", async () => {
    failures = 1;
    await expect(answer("approved", "b@example.com")).rejects.toThrow("the network is down");
    expect(decision()).toMatchObject({ state: "approved" });
    await answer("approved", "b@example.com");
    expect(woken).toEqual([callback]);
  });

  it("lets only one of two win that decide at the same moment", async () => {
    const storage = interruptedBefore(here.clients.storage, { object, act: () => answer("rejected", "c@example.com") });
    const late = decide(
      { id: "a1", state: "approved", by: "b@example.com", via: "link", body: {} },
      { ...clients(), storage },
    );
    await expect(late).rejects.toMatchObject({ reason: "ALREADY_DECIDED" });
    expect(decision()).toMatchObject({ state: "rejected", by: "c@example.com" });
  });

  it("notes that it came by a link", async () => {
    const link = { id: "a1", state: "approved", by: "b@example.com", via: "link", body: {} } as const;
    expect(await decide(link, clients())).toMatchObject({ via: "link" });
    expect(decision()).toMatchObject({ via: "link" });
  });

  it.each([
    ["the run was cancelled", () => here.executions.set("e1", { name: "e1", state: "CANCELLED", labels: {} })],
    ["the run has failed", () => here.executions.set("e1", { name: "e1", state: "FAILED", labels: {} })],
    ["another execution works for the run", () => wait(here, 2)],
  ])("decides nothing once %s, and closes it", async (_when, happen) => {
    await put(here.clients.storage, object, { ...stored(here.clients.storage, object), attempt: 1 });
    await happen();
    expect(await viewApproval("a1", clients())).toMatchObject({ state: "closed" });
    await expect(answer("approved", "b@example.com")).rejects.toMatchObject({ reason: "NOT_AWAITED" });
    expect([decision(), woken]).toEqual([undefined, []]);
    expect(stored(here.clients.storage, object)).toMatchObject({ closedAt: "2026-01-01T00:00:00.000Z" });
    await wait(here);
    await expect(answer("approved", "b@example.com")).rejects.toMatchObject({ reason: "NOT_AWAITED" });
  });

  it("decides nothing once it has expired, and tells so", async () => {
    await put(here.clients.storage, object, { ...stored(here.clients.storage, object), expiresAt: now });
    await expect(answer("approved", "b@example.com")).rejects.toMatchObject({ reason: "APPROVAL_EXPIRED" });
    expect(await viewApproval("a1", clients())).toMatchObject({
      state: "expired",
      expiresAt: "2026-01-01T00:00:00.000Z",
    });
  });

  describe("about a request of the topic", () => {
    const push = "alloyrun-push@my-project.iam.gserviceaccount.com";
    const publisher = "roles/pubsub.publisher";
    beforeEach(() =>
      put(here.clients.storage, object, { ...stored(here.clients.storage, object), requesters: [push] }),
    );

    it.each([
      ["nobody", []],
      [
        "others, persons and accounts",
        [{ role: publisher, members: ["user:x@example.com", `serviceAccount:${push}`] }],
      ],
      ["another domain", [{ role: publisher, members: ["domain:elsewhere.example.com"] }]],
      ["who only looks, or takes", [{ role: "roles/pubsub.viewer", members: ["user:b@example.com", "allUsers"] }]],
      ["our own account", [{ role: "projects/my-project/roles/alloyrun_request_topics", members: ["group:g@x.org"] }]],
      ["a ghost", [{ role: publisher, members: ["deleted:user:b@example.com?uid=1"] }]],
    ])("lets an approver decide where the topic's policy lets %s publish", async (_who, bindings) => {
      policy = { bindings };
      expect(await answer("approved", "b@example.com")).toMatchObject({ state: "approved" });
      expect(looked).toEqual(["projects/my-project/topics/alloyrun-requests"]);
    });

    it.each([
      ["may publish", publisher, "user:B@example.com"],
      ["may do more than publish", "roles/pubsub.admin", "user:b@example.com"],
      ["has a role that nobody knows here", "projects/my-project/roles/custom", "user:b@example.com"],
      ["belongs to a domain that may", publisher, "domain:example.com"],
      ["may be in a group that may", publisher, "group:team@example.com"],
      ["is one of all", publisher, "allAuthenticatedUsers"],
    ])("refuses an approver who %s, for they may have published it", async (_who, role, member) => {
      policy = { bindings: [{ role, members: [member] }] };
      await expect(answer("approved", "b@example.com")).rejects.toMatchObject({
        ...{
          code: "PERMISSION_DENIED",
          reason: "MAY_NOT_DECIDE",
          message: expect.stringContaining("alloyrun-requests"),
        },
      });
      expect([decision(), woken]).toEqual([undefined, []]);
    });

    it.each([
      ["publishes everywhere", publisher, "user:B@example.com"],
      ["looks after Pub/Sub", "roles/pubsub.admin", "user:b@example.com"],
      ["may be in a group that publishes everywhere", publisher, "group:team@example.com"],
      ["has a role there that somebody has made", "organizations/1/roles/custom", "user:b@example.com"],
    ])("refuses an approver who %s by the project's policy", async (_who, role, member) => {
      ofProject = { bindings: [{ role, members: [member] }] };
      await expect(answer("approved", "b@example.com")).rejects.toMatchObject({
        ...{ reason: "MAY_NOT_DECIDE", message: expect.stringContaining("on every topic of the project") },
      });
      expect([decision(), woken]).toEqual([undefined, []]);
    });

    it.each([
      ["owns the project, and could do everything else as well", "roles/owner", "user:b@example.com"],
      ["only takes messages", "roles/pubsub.subscriber", "user:b@example.com"],
      ["may be in a group with a role that somebody has made", "organizations/1/roles/custom", "group:t@example.com"],
      ["is asked beside our own accounts", "projects/my-project/roles/alloyrun_request", "user:b@example.com"],
    ])("lets an approver decide who %s, by the project's policy", async (_who, role, member) => {
      ofProject = { bindings: [{ role, members: [member] }] };
      expect(await answer("approved", "b@example.com")).toMatchObject({ state: "approved" });
    });
  });

  it("does not look who may publish where it was asked otherwise", async () => {
    policy = { bindings: [{ role: "roles/pubsub.publisher", members: ["user:b@example.com"] }] };
    expect(await answer("approved", "b@example.com")).toMatchObject({ state: "approved" });
    expect(looked).toEqual([]);
  });

  it("is about an approval that there is", async () => {
    const unknown = decide({ id: "a2", state: "approved", by: "b@example.com", via: "api", body: {} }, clients());
    await expect(unknown).rejects.toMatchObject({ code: "NOT_FOUND", reason: "UNKNOWN_APPROVAL" });
  });
});

describe("viewApproval", () => {
  it("tells what is asked, of whom not, and until when", async () => {
    const here = createTestInstallation();
    const { clients } = here;
    await wait(here);
    const about = { id: "a1", run: "run-1", environment: "users", changesHash, reasons: ["rows are lost"] };
    await put(clients.storage, object, {
      ...about,
      requesters: ["a@example.com"],
      approvers: [],
      callback,
      expiresAt: now + 1,
    });
    expect(await viewApproval("a1", clients)).toEqual({
      ...about,
      ...{ requesters: ["a@example.com"], state: "pending", expiresAt: "2026-01-01T00:00:01.000Z" },
    });
  });
});
