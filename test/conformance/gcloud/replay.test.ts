import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { replayGroups } from "./replays.ts";
import { rows } from "./rows.ts";
import { openWire, type Wire } from "./wire.ts";

let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud();
}, 60_000);
afterAll(() => local.stop());

describe("the rows of gcloud's traffic", () => {
  it("are each replayed, and nothing else is", () => {
    const replayed = new Set(replayGroups.flatMap(({ replays }) => replays.map(({ row }) => row)));
    expect([...replayed].sort()).toEqual([...rows].sort());
  });
});

for (const { project, replays } of replayGroups) {
  describe(`gcloud's requests in ${project}`, () => {
    let wire: Wire;
    beforeAll(() => {
      wire = openWire(local, project);
    });
    afterAll(() => wire.close());

    it.each(replays.map((replay) => [replay.row, replay] as const))("%s", (_row, replay) => replay.play(wire));
  });
}
