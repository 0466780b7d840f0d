import { describe, expect, it } from "@jest/globals";
import { readServing, rebuildOf, servingOf } from "../../../functions/cloud-run/serving.ts";
import { toTemplate } from "../../../functions/cloud-run/template.ts";
import type { Service } from "../../../google/clients/run.ts";
import { revisionParts, serviceInput } from "./inputs.ts";

const template = toTemplate(serviceInput, revisionParts, "run-7");
const name = "projects/p/locations/r/services/users";

describe("readServing", () => {
  const asked: string[] = [];
  const services = {
    getRevision: async (revision: string) => {
      asked.push(revision);
      return { name: revision };
    },
  };
  const served = (...trafficStatuses: NonNullable<Service["trafficStatuses"]>) => ({ name, trafficStatuses });
  const byName = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", percent: 100 } as const;

  const latest = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 } as const;
  const candidate = { ...byName, percent: 0, revision: "users-2", tag: "r2" };

  it.each([
    ["that takes all traffic", served({ ...byName, revision: "users-1" })],
    ["that serves while another has only a tag", served(candidate, { ...byName, revision: "users-1" })],
    [
      "with the most traffic of several",
      served({ ...byName, percent: 10, revision: "users-2" }, { ...byName, percent: 90, revision: "users-1" }),
    ],
    [
      "that is ready where whatever is newest serves",
      { ...served(latest), latestReadyRevision: `${name}/revisions/users-1` },
    ],
  ])("reads the revision %s", async (_which, service) => {
    asked.length = 0;
    expect(await readServing(service, services)).toEqual({ name: `${name}/revisions/users-1` });
    expect(asked).toEqual([`${name}/revisions/users-1`]);
  });

  it.each([
    ["there is no service", undefined],
    ["nothing has traffic", served()],
    ["only a tag is there", served(candidate)],
    ["none was ever ready", served(latest)],
  ])("reads none when %s", async (_when, service) => {
    expect(
      await readServing(service, { getRevision: () => Promise.reject(new Error("not to be called")) }),
    ).toBeUndefined();
  });
});

describe("servingOf", () => {
  it("tells database and instance of a revision of ours", () => {
    expect(servingOf(template)).toEqual({ database: revisionParts.database, instance: revisionParts.instance });
  });

  it.each([
    ["has no containers", {}],
    ["has one of another name", { containers: [{ name: "other", env: [{ name: "DB_NAME", value: "mydb" }] }] }],
    ["lacks the proxy", { containers: template.containers?.slice(0, 1) ?? [] }],
    ["names no database", { containers: [{ name: "app" }, ...(template.containers?.slice(1) ?? [])] }],
  ])("tells nothing of one that %s", (_what, revision) => {
    expect(servingOf(revision)).toBeUndefined();
  });
});

describe("rebuildOf", () => {
  it("tells the rebuild that made a revision, and of any other none", () => {
    expect(rebuildOf(template)).toBe("run-7");
    expect(rebuildOf(toTemplate(serviceInput, revisionParts))).toBeUndefined();
    expect(rebuildOf(undefined)).toBeUndefined();
  });
});
