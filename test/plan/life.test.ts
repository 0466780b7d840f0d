import { describe, expect, it } from "@jest/globals";
import { endsEarlier, lifeGiven } from "../../plan/life.ts";

const hour = 3600;
const day = 24 * hour;
const ready = { readyAt: 1000, timeToLiveSeconds: 3 * day, expiresAt: 1000 + 3 * day, specTimeToLiveSeconds: 3 * day };

describe("lifeGiven", () => {
  it.each([
    ["what is not ready what the request says", {}, { asked: hour, spec: day }, { seconds: hour }],
    ["what is not ready what the spec says else", { timeToLiveSeconds: hour }, { spec: day }, { seconds: day }],
    ["what the request says anew", ready, { asked: hour, spec: 3 * day }, { seconds: hour }],
    ["what the spec says anew", ready, { spec: day }, { seconds: day }],
    ["no end when the spec says none any more", ready, {}, { seconds: undefined }],
    ["nothing when the spec says the same", ready, { spec: 3 * day }, undefined],
    ["nothing when the request says the same", ready, { asked: 3 * day }, undefined],
    [
      "nothing beside what a request had asked for",
      { ...ready, timeToLiveSeconds: hour, specTimeToLiveSeconds: null },
      {},
      undefined,
    ],
    [
      "nothing to an older entry with the spec's life",
      { ...ready, specTimeToLiveSeconds: undefined },
      { spec: 3 * day },
      undefined,
    ],
  ] as const)("gives %s", (_what, known, given, life) => {
    expect(lifeGiven(known, given)).toEqual(life);
  });
});

describe("endsEarlier", () => {
  it.each([
    ["a new end", { readyAt: 1 }, hour, true],
    ["a shorter life", ready, 3 * day - 1, true],
    ["one as long, counted from later", ready, 3 * day, false],
    ["one that is shorter than what extend has given", { ...ready, expiresAt: 1000 + 4 * day }, 3 * day, true],
    ["no end", ready, undefined, false],
    ["the first life", {}, hour, false],
  ])("tells of %s", (_what, known, seconds, answer) => {
    expect(endsEarlier(known, seconds)).toBe(answer);
  });
});
