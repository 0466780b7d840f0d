import { describe, expect, it } from "@jest/globals";
import { lagsOf } from "../../../bench/runs/lag.ts";
import { graceKind, timelinesOf } from "../../../bench/runs/timeline.ts";
import { makeRun, waitingFor } from "./observed.ts";

const host = "alloydb.googleapis.com";
const operation = { host, name: "projects/p/operations/op", kind: "clusters.create", from: 1, until: 20 };

describe("timelinesOf", () => {
  it("finds an operation by its id, and when the step was called again", () => {
    const run = makeRun([
      { step: "cluster", from: 0, until: 1, answer: waitingFor("op", 25) },
      { step: "cluster", from: 24, until: 25, answer: {} },
    ]);
    const [cluster] = timelinesOf(run, { operations: [operation], waits: [] });
    expect(cluster).toMatchObject({ step: "cluster", from: 0, until: 25 });
    expect(cluster?.imposed).toEqual([
      { kind: "alloydb clusters.create", from: 1, until: 20, noticedAt: 24, expectedSeconds: 25 },
    ]);
  });

  it("counts refusals as Google's until what a step before had done is in effect, and after that as unnoticed", () => {
    const run = makeRun([
      { step: "identity", from: 0, until: 1, answer: {} },
      { step: "cluster", from: 2, until: 3 },
      { step: "cluster", from: 12, until: 13 },
      { step: "cluster", from: 32, until: 33, answer: {} },
    ]);
    const wait = { kind: "iam.policy.propagation", name: "secret", from: 0.5 };
    const waits = [
      { ...wait, until: 10, principal: "alloyrun-identity@p.iam.gserviceaccount.com" },
      { ...wait, until: 28, principal: "alloyrun-identity@p.iam.gserviceaccount.com" },
      { ...wait, until: 31, principal: "alloyrun-service@p.iam.gserviceaccount.com" },
      { ...wait, until: 40, principal: "alloyrun-identity@p.iam.gserviceaccount.com" },
    ];
    const [, cluster] = timelinesOf(run, { operations: [], waits });
    expect(cluster?.imposed).toEqual([{ kind: "iam.policy.propagation", from: 2, until: 28, noticedAt: 32 }]);
  });

  it("blames nobody for a pause in which nothing came into effect", () => {
    const waiting = { state: "waiting", detail: { reason: "not yet", retryAfterSeconds: 5 } } as const;
    const run = makeRun([
      { step: "peering", from: 0, until: 1, answer: waiting },
      { step: "peering", from: 6, until: 7, answer: {} },
    ]);
    expect(timelinesOf(run, { operations: [], waits: [] })[0]?.imposed).toEqual([]);
  });

  it("knows how long what served before is kept", () => {
    const detail = { reason: "mydb may still be answering requests", retryAfterSeconds: 290 };
    const run = makeRun([
      { step: "retire", from: 0, until: 1, answer: { state: "waiting", detail } },
      { step: "retire", from: 292, until: 293, answer: {} },
    ]);
    const [retire] = timelinesOf(run, { operations: [], waits: [] });
    expect(retire?.imposed).toEqual([{ kind: graceKind, from: 1, until: 291, noticedAt: 292 }]);
    expect(lagsOf([...(retire ? [retire] : [])])).toEqual([]);
  });
});

describe("lagsOf", () => {
  it("tells of each kind how often, how soon and how late its end was noticed", () => {
    const imposed = [4, 9, 6].map((lag) => ({
      kind: "k",
      from: 0,
      until: 10,
      noticedAt: 10 + lag,
      expectedSeconds: 12,
    }));
    expect(lagsOf([{ step: "cluster", from: 0, until: 20, calls: [], imposed }])).toEqual([
      { kind: "k", count: 3, medianSeconds: 6, maxSeconds: 9, expectedSeconds: 12, tookSeconds: 10 },
    ]);
  });
});
