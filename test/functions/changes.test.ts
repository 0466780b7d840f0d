import { describe, expect, it } from "@jest/globals";
import { creation, differences, sameLabels, update } from "../../functions/changes.ts";

interface Thing {
  readonly size?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

const table = [
  { path: "size", wanted: (w: Thing) => w.size, observed: (o: Thing) => o.size },
  {
    path: "labels",
    wanted: (w: Thing) => w.labels,
    observed: (o: Thing, w: Thing) => sameLabels(w.labels ?? {}, o.labels),
  },
];

describe("differences", () => {
  it("gives the fields that differ, with both values", () => {
    expect(differences(table, { size: 2 }, { size: 1 })).toEqual([{ path: "size", from: 1, to: 2 }]);
  });

  it("leaves alone what is not wanted one way or another", () => {
    expect(differences(table, {}, { size: 1, labels: { a: "b" } })).toEqual([]);
  });

  it("takes labels of others for no difference, and a missing one of ours for one", () => {
    expect(differences(table, { labels: { a: "1" } }, { labels: { a: "1", theirs: "x" } })).toEqual([]);
    expect(differences(table, { labels: { a: "1" } }, { labels: { theirs: "x" } })).toEqual([
      { path: "labels", from: {}, to: { a: "1" } },
    ]);
  });
});

describe("creation and update", () => {
  it("have no effects but those that are said", () => {
    expect(creation("r", { expectedSeconds: 5 })).toEqual({
      resource: "r",
      action: "create",
      fields: [],
      effects: { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 5 },
    });
    expect(update("r", [{ path: "p", to: 1 }]).fields).toEqual([{ path: "p", to: 1 }]);
  });
});
