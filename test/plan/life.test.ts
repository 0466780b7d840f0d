import { describe, expect, it } from "@jest/globals";
import { endOf, endsEarlier, lifeGiven } from "../../plan/life.ts";

const hour = 3600;
const day = 24 * hour;
const ready = { readyAt: 1000, timeToLiveSeconds: 3 * day, expiresAt: 1000 + 3 * day, specTimeToLiveSeconds: 3 * day };

describe("lifeGiven", () => {
  it.each([
    ["what is not ready what the request says", {}, { asked: hour, spec: day }, { seconds: hour }],
    ["what is not ready what the spec says else", { timeToLiveSeconds: hour }, { spec: day }, { seconds: day }],
    [
      "what it had again, where a removal was broken off",
      { ...ready, readyAt: undefined, timeToLiveSeconds: hour, specTimeToLiveSeconds: null },
      {},
      { seconds: hour },
    ],
    [
      "what the spec says anew, where a removal was broken off",
      { ...ready, readyAt: undefined },
      { spec: day },
      { seconds: day },
    ],
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

describe("endOf", () => {
  const broken = { ...ready, readyAt: undefined };

  it.each([
    ["counted from the run", ready, day, day],
    ["counted from the run, where one begins again", broken, 3 * day, 5000 + 3 * day],
    [
      "no earlier than extend has put it off, where one begins again",
      { ...broken, expiresAt: 9 * day },
      3 * day,
      9 * day,
    ],
    ["counted from the run, where it is another life", { ...broken, expiresAt: 9 * day }, day, 5000 + day],
  ] as const)("is %s", (_what, known, seconds, end) => {
    expect(endOf(known, seconds, known === ready ? 0 : 5000)).toBe(end);
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
