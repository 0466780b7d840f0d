import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { families } from "./families.ts";
import type { Replay } from "./replay.ts";
import { replayGroups } from "./replays.ts";
import { commandRows, ruleRows } from "./rows.ts";
import { openWire, type Wire } from "./wire.ts";

let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud();
}, 60_000);
afterAll(() => local.stop());

describe("the rows of gcloud's traffic", () => {
  const replayed = new Set(replayGroups.flatMap(({ replays }) => replays.map(({ row }) => row)));

  it("are replayed for each verb of each family, and nothing else is", () => {
    expect([...replayed].sort()).toEqual([...commandRows.map(({ name }) => name), ...ruleRows].sort());
  });

  it("give a reason for each verb that a family is without", () => {
    for (const { without = {}, spelled = {} } of families) {
      for (const [verb, reason] of Object.entries(without)) {
        expect(reason).toMatch(/\w/);
        expect(spelled).not.toHaveProperty(verb);
      }
    }
  });
});

/** Plays, and expects one of its requests to be to the row's API by one of the row's methods. */
async function playRow(wire: Wire, { row, play }: Replay): Promise<void> {
  const sent: string[] = [];
  const noted: Wire = {
    ...wire,
    send(target, request) {
      sent.push(target);
      return wire.send(target, request);
    },
  };
  await play(noted);
  const command = commandRows.find(({ name }) => name === row);
  if (!command) return;
  const isOwn = (target: string) => {
    const [method = "", address = ""] = target.split(" ");
    return command.methods.includes(method) && address.split("/")[0]?.endsWith(command.host);
  };
  expect({ row, sent: sent.filter(isOwn) }).not.toEqual({ row, sent: [] });
}

for (const { project, replays } of replayGroups) {
  describe(`gcloud's requests in ${project}`, () => {
    let wire: Wire;
    beforeAll(() => {
      wire = openWire(local, project);
    });
    afterAll(() => wire.close());

    it.each(replays.map((replay) => [replay.row, replay] as const))("%s", (_row, replay) => playRow(wire, replay));
  });
}
