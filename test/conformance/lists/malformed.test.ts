import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { startTestCloud } from "../../support/local-cloud.ts";
import { isRefusal } from "../malformed/refusal.ts";
import { askList, type ListSubject, listsOf } from "./list-subject.ts";

let local: LocalCloud;
let lists: readonly ListSubject[];

beforeAll(async () => {
  local = await startTestCloud();
  lists = listsOf(local);
}, 60_000);
afterAll(() => local.stop());

/** Asks every list that has an argument for what it does not take, though nothing is there to list. */
async function askAll(
  argument: string,
  values: readonly (string | number)[],
): Promise<{ wrong: string[]; count: number }> {
  const wrong: string[] = [];
  const chosen = lists.filter((list) => list.has(argument));
  for (const list of chosen) {
    // Any name may be a field of a log entry's payload.
    const isOpen = list.subject.host === "logging.googleapis.com";
    const sent = values.filter((value) => !(isOpen && value === "noSuchField=1"));
    const answers = sent.map(async (value) => {
      const answer = await askList(local, list, { arguments: { [argument]: value } });
      if (!isRefusal(list.subject, answer))
        wrong.push(`${list.title}, ${argument}=${value}: ${answer.text.slice(0, 200)}`);
    });
    await Promise.all(answers);
  }
  return { wrong, count: chosen.length };
}

describe("every list", () => {
  it.each([
    ["filter", ["(((", "name=", "=x", 'name="x', "noSuchField=1", "name=x)", "name=x AND"], 45],
    ["query", ["(((", "name=", "noSuchField=1"], 1],
    ["orderBy", ["no such order!", "noSuchField", "name sideways", "name,"], 35],
    ["labelSelector", ["a in", "=x", "a==b==c"], 7],
    ["pageSize", [-1], 50],
    ["maxResults", [-1], 15],
    ["limit", [-1], 7],
  ])(
    "refuses a malformed %s",
    async (argument, values, least) => {
      const { wrong, count } = await askAll(argument, values);
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThanOrEqual(least);
    },
    60_000,
  );

  it("of Compute Engine refuses pages of more than 500", async () => {
    const { wrong, count } = await askAll("maxResults", [501]);
    expect(wrong.filter((one) => !one.startsWith("storage."))).toEqual([]);
    expect(count).toBeGreaterThan(15);
  });
});
