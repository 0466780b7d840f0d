import { describe, expect, it } from "@jest/globals";
import {
  candidateTraffic,
  shiftField,
  soleRevision,
  urlOf,
  wholeTraffic,
} from "../../../functions/cloud-run/traffic.ts";
import type { Service } from "../../../google/clients/run.ts";

const revision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" as const;
const latest = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" as const;
const serving = (...trafficStatuses: NonNullable<Service["trafficStatuses"]>): Service => ({
  uri: "https://users.run.app",
  latestReadyRevision: "projects/p/locations/r/services/users/revisions/old",
  trafficStatuses,
});

describe("candidateTraffic", () => {
  it("lets the very first revision take traffic", () => {
    expect(candidateTraffic(undefined, "new", "rnew")).toEqual([
      { type: latest, percent: 100 },
      { type: revision, revision: "new", tag: "rnew" },
    ]);
  });

  it("counts a service that never had a ready revision as new", () => {
    const broken: Service = { trafficStatuses: [{ type: latest, percent: 100, revision: "broken" }] };
    expect(candidateTraffic(broken, "new", "rnew")[0]).toEqual({ type: latest, percent: 100 });
  });

  it("keeps what serves serving, by name, and drops old tags", () => {
    const service = serving(
      { type: latest, percent: 100, revision: "old" },
      { type: revision, revision: "older", tag: "rolder" },
    );
    expect(candidateTraffic(service, "new", "rnew")).toEqual([
      { type: revision, revision: "old", percent: 100 },
      { type: revision, revision: "new", tag: "rnew" },
    ]);
  });
});

describe("shiftField", () => {
  const named = (id: string, percent: number, tag?: string) => ({ type: revision, revision: id, percent, tag });
  it.each([
    ["from another one", [named("old", 100), named("new", 0, "t")], { path: "traffic", from: "old", to: "new" }],
    [
      "from what it shares with another",
      [named("new", 50), named("old", 50)],
      { path: "traffic", from: "old", to: "new" },
    ],
    [
      "from following the latest, which it is",
      [{ type: latest, revision: "new", percent: 100 }],
      { path: "traffic", from: "the latest revision, new", to: "new" },
    ],
    ["and drops but a tag", [named("new", 100), named("old", 0, "t")], { path: "traffic.tag", from: "new" }],
    ["where none has any", [], { path: "traffic", to: "new" }],
  ])("tells that a revision gets all traffic %s", (_, statuses, wanted) => {
    expect(shiftField(serving(...statuses), "new")).toEqual(wanted);
  });
});

describe("soleRevision", () => {
  it.each([
    ["one that takes all by name", [{ type: revision, revision: "a", percent: 100 }], "a"],
    ["none while traffic follows the latest", [{ type: latest, revision: "a", percent: 100 }], undefined],
    [
      "none while a tag is left",
      [
        { type: revision, revision: "a", percent: 100 },
        { type: revision, revision: "b", tag: "t" },
      ],
      undefined,
    ],
    [
      "none of several",
      [
        { type: revision, revision: "a", percent: 50 },
        { type: revision, revision: "b", percent: 50 },
      ],
      undefined,
    ],
  ])("gives %s", (_, statuses, expected) => {
    expect(soleRevision(serving(...statuses))).toBe(expected);
  });
});

describe("urlOf", () => {
  it("gives the tag's URL", () => {
    const service = serving({ type: revision, revision: "a", tag: "ra", uri: "https://ra---users.run.app" });
    expect(urlOf(service, "a")).toBe("https://ra---users.run.app");
  });

  it("gives the service's own when the revision takes all traffic", () => {
    expect(urlOf({ uri: "https://users.run.app", trafficStatuses: wholeTraffic("a") }, "a")).toBe(
      "https://users.run.app",
    );
  });

  it("gives none for a revision that answers under no URL", () => {
    expect(urlOf(serving(...wholeTraffic("a")), "b")).toBeUndefined();
  });
});
