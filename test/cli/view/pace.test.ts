import { describe, expect, it } from "@jest/globals";
import { createPace } from "../../../cli/view/pace.ts";
import { at } from "../run-view.ts";

describe("createPace", () => {
  it("takes both clocks for alike while nothing is known", () => {
    expect(createPace().realSeconds(at(3), at(8))).toBe(5);
  });

  it("gives the share of the reader's time that passed between two looks", () => {
    const pace = createPace();
    pace.note(at(0), 1000);
    pace.note(at(100), 2000);
    expect(pace.realSeconds(at(0), at(100))).toBe(1);
    expect(pace.realSeconds(at(25), at(75))).toBe(0.5);
  });

  it("lets both clocks run alike before the first look and after the last", () => {
    const pace = createPace();
    pace.note(at(100), 5000);
    pace.note(at(200), 6000);
    expect(pace.realSeconds(at(90), at(100))).toBe(10);
    expect(pace.realSeconds(at(90), at(207))).toBe(10 + 1 + 7);
  });

  it("passes over a clock that stood still or went back", () => {
    const pace = createPace();
    pace.note(at(0), 0);
    pace.note(at(10), 1000);
    pace.note(at(10), 9000);
    pace.note(at(4), 9500);
    pace.note(at(20), 10_000);
    expect(pace.realSeconds(at(0), at(10))).toBe(1);
    expect(pace.realSeconds(at(10), at(20))).toBe(9);
  });
});
