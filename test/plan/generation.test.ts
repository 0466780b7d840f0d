import { describe, expect, it } from "@jest/globals";
import {
  type Generations,
  generationNumber,
  generationsOf,
  type Level,
  nextGenerations,
  spentBeside,
} from "../../plan/generation.ts";
import { clusterGenerationId, databaseName } from "../../spec/names.ts";

const names = { database: "mydb", cluster: "staging" };

function serving(database: string, cluster: string) {
  return { database, instance: `projects/p/locations/r/clusters/${cluster}/instances/primary` };
}

describe("generationsOf", () => {
  it.each([
    [undefined, { database: 1, cluster: 1 }],
    [serving("mydb", "staging"), { database: 1, cluster: 1 }],
    [serving("mydb_g2", "staging"), { database: 2, cluster: 1 }],
    [serving("mydb_g12", "staging-g3"), { database: 12, cluster: 3 }],
    // Names of somebody else's choice are no generations of ours.
    [serving("other_g2", "another-g3"), { database: 1, cluster: 1 }],
    [serving("mydb_g1", "staging-g02"), { database: 1, cluster: 1 }],
  ] as const)("reads from %j that it is %j", (what, wanted) => {
    expect(generationsOf(what, names)).toEqual(wanted);
  });

  it("reads back every name that is made, also where the base looks like a generation or had to be shortened", () => {
    for (const base of ["mydb", "a_g2", "x_g", "log_g20"]) {
      for (const generation of [1, 2, 9, 10, 123]) {
        const what = serving(databaseName(base, generation), "staging");
        expect([base, generationsOf(what, { ...names, database: base }).database]).toEqual([base, generation]);
      }
    }
    for (const base of ["staging", "a-g2", "x".repeat(63), `${"long-".repeat(12)}g7`]) {
      for (const generation of [1, 2, 9, 10, 123]) {
        const name = clusterGenerationId(base, generation);
        const what = serving("mydb", name);
        expect([base, generationsOf(what, { ...names, cluster: base }).cluster]).toEqual([base, generation]);
        expect([base, generationNumber("cluster", base, name)]).toEqual([base, generation]);
      }
    }
  });
});

describe("nextGenerations", () => {
  it.each([
    ["app", { database: 3, cluster: 2 }],
    ["data", { database: 4, cluster: 2 }],
    ["database", { database: 1, cluster: 3 }],
    ["all", { database: 1, cluster: 3 }],
  ] as const satisfies readonly (readonly [Level, Generations])[])(
    "makes with %s the next of what is built anew",
    (level, wanted) => {
      expect(nextGenerations({ database: 3, cluster: 2 }, level)).toEqual(wanted);
    },
  );

  it("never gives a database again that serves", () => {
    for (const level of ["data", "database", "all"] as const) {
      const present = { database: 1, cluster: 1 };
      expect(nextGenerations(present, level)).not.toEqual(present);
    }
  });
});

describe("spentBeside", () => {
  const one = { database: 1, cluster: 1 };
  const two = { database: 2, cluster: 1 };
  const next = { database: 1, cluster: 2 };

  it.each([
    ["nothing where no rebuild is unfinished", { serves: one }, one, []],
    ["what a rebuild left that never served", { serves: one, target: { generations: two } }, one, [two]],
    ["what the rebuild replaces that serves by now", { serves: one, target: { generations: two } }, two, [one]],
    [
      "a whole cluster where another one took its place",
      { serves: two, target: { generations: next } },
      next,
      [{ cluster: 1 }],
    ],
    ["nothing that serves again", { serves: two, spent: [one] }, one, []],
    ["what was spent before, once", { serves: one, target: { generations: two }, spent: [two] }, one, [two]],
    ["nothing of what served but was taken back by hand", { serves: two }, one, []],
  ])("gives %s", (_, known, present, wanted) => {
    expect(spentBeside(known, present)).toEqual(wanted);
  });
});
