import { describe, expect, it } from "@jest/globals";
import { renderOrphans } from "../../../cli/view/orphans.ts";

const place = { project: "my-project", region: "asia-northeast1" };
const parent = "projects/my-project/locations/asia-northeast1";

describe("renderOrphans", () => {
  it("tells of each environment what is left, and one command that removes it where its spec is known", () => {
    const orphans = [
      { kind: "secret", resource: "projects/my-project/secrets/s", environment: "old", hasSpec: true },
      { kind: "instance", resource: `${parent}/clusters/c/instances/i`, environment: "lost", hasSpec: false },
      { kind: "range", resource: "projects/my-project/global/addresses/r", environment: "lost", hasSpec: false },
    ] as const;
    expect(renderOrphans({ orphans, waiting: ["held"], unfinished: [], older: [] }, place)).toEqual([
      "held: its removal is not finished. What holds it, and whether somebody must remove that first:",
      "    alloyrun status held --project my-project",
      "    alloyrun sweep --project my-project",
      "old: no such environment is known any more, and of it there is",
      "  secret projects/my-project/secrets/s",
      "    alloyrun down old --project my-project",
      "lost: no such environment is known any more, and of it there are",
      `  instance ${parent}/clusters/c/instances/i`,
      "  range projects/my-project/global/addresses/r",
      "    gcloud alloydb instances delete i --cluster=c --region=asia-northeast1 --project=my-project",
      "    gcloud compute addresses delete r --global --project=my-project",
      "Nothing was changed.",
    ]);
  });

  it("tells of a rebuild that was broken off what stands beside what serves, and of one under way where to look", () => {
    const beside = [`${parent}/clusters/c-g2`];
    const unfinished = [
      { environment: "a", level: "database", isHeld: false, beside },
      { environment: "b", level: "data", isHeld: false, beside: [] },
      { environment: "c", level: "all", isHeld: true, beside },
    ] as const;
    expect(renderOrphans({ orphans: [], waiting: [], unfinished, older: [] }, place).slice(0, -2)).toEqual([
      "a: a rebuild at level database is not finished; what it has made stands and is billed beside what serves, until one is:",
      `  ${parent}/clusters/c-g2`,
      "    alloyrun rebuild a --level database --project my-project",
      "b: a rebuild at level data is not finished; what it has made stands beside what serves, until one is:",
      "    alloyrun rebuild b --level data --project my-project",
      "c: a rebuild at level all is under way, or another run is:",
      "    alloyrun status c --project my-project",
    ]);
  });

  it("leads on to what removes the rest of a rebuild that nobody goes on with, and to no further rebuild of it", () => {
    const left = { environment: "a", overtaken: true, isHeld: false } as const;
    const unfinished = [
      { ...left, level: "database", beside: [`${parent}/clusters/c-g2`] },
      { ...left, level: "data", beside: [] },
    ] as const;
    expect(renderOrphans({ orphans: [], waiting: [], unfinished, older: [] }, place).slice(0, -2)).toEqual([
      "a: a rebuild at level database came to no end; a second cluster may stand and be billed",
      `  ${parent}/clusters/c-g2`,
      "    `alloyrun up` with the file removes it, and so does a rebuild, but of the app alone",
      "a: a rebuild at level data came to no end; its database may stand beside the one that serves",
      "    `alloyrun up` with the file removes it, and so does a rebuild, but of the app alone",
    ]);
  });

  it("tells who may not see executions of what stands beside what serves all the same, and where to look first", () => {
    const unseen = { environment: "a", level: "all", beside: [`${parent}/clusters/c-g2`] } as const;
    expect(renderOrphans({ orphans: [], waiting: [], unfinished: [unseen], older: [] }, place).slice(0, -2)).toEqual([
      "a: a rebuild at level all is not finished; what it has made stands and is billed beside what serves, until one is:",
      `  ${parent}/clusters/c-g2`,
      "  whether a run is under way could not be seen (it takes workflows.executions.get); look first:",
      "    alloyrun status a --project my-project",
      "  and if none is:",
      "    alloyrun rebuild a --level all --project my-project",
    ]);
  });

  it("leads from what a rebuild has left on to the removal that has begun, and to no rebuild", () => {
    const rebuild = { environment: "a", level: "all", isHeld: false, removedBy: "run-down" } as const;
    const unfinished = [{ ...rebuild, beside: [`${parent}/clusters/c-g2`] }];
    expect(renderOrphans({ orphans: [], waiting: [], unfinished, older: [] }, place).slice(0, -2)).toEqual([
      "a: run-down has begun to take it down, and of a rebuild at level all there still stands:",
      `  ${parent}/clusters/c-g2`,
      "    alloyrun down a --project my-project",
    ]);
  });

  it("names what older specs have left, and the commands that remove it", () => {
    const older = [{ environment: "a", left: [{ kind: "service", resource: `${parent}/services/old` }] }] as const;
    expect(renderOrphans({ orphans: [], waiting: [], unfinished: [], older }, place).slice(0, -2)).toEqual([
      "a: older specs have left, and no present one names, what is billed until it is removed:",
      `  service ${parent}/services/old`,
      "    gcloud run services delete old --region=asia-northeast1 --project=my-project",
    ]);
  });

  it("says that there is nothing", () => {
    expect(renderOrphans({ orphans: [], waiting: [], unfinished: [], older: [] }, place)).toEqual([
      "Nothing of this installation's is without an environment.",
      "Nothing was changed.",
    ]);
  });
});
