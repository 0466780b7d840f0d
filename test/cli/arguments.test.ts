import { describe, expect, it } from "@jest/globals";
import { parseDuration, parseListen, parsePace, parsePort } from "../../cli/arguments.ts";

describe("parsePort", () => {
  it.each([
    ["0", 0],
    ["8080", 8080],
    ["65535", 65535],
  ])("takes %s", (given, port) => {
    expect(parsePort(given)).toBe(port);
  });

  it.each(["", "-1", "65536", "80.5", "0x50", "1e3", " 80", "http"])("refuses %j", (given) => {
    expect(() => parsePort(given)).toThrow("a port is 0 to 65535");
  });
});

describe("parsePace", () => {
  it.each([
    ["1", 1],
    ["2.5", 2.5],
    ["max", "max"],
  ])("takes %s", (given, pace) => {
    expect(parsePace(given)).toBe(pace);
  });

  it.each(["", "0", "0.5", "-3", "fast", "Infinity", "NaN"])("refuses %j", (given) => {
    expect(() => parsePace(given)).toThrow("a factor from 1, or max");
  });
});

describe("parseListen", () => {
  it("adds each host and port to those before", () => {
    const first = parseListen("alloydb.googleapis.com=8443");
    expect(parseListen("run.googleapis.com=0", first)).toEqual([
      { host: "alloydb.googleapis.com", port: 8443 },
      { host: "run.googleapis.com", port: 0 },
    ]);
  });

  it.each(["8443", "=8443", "host=", "host=port", "host=99999"])("refuses %j", (given) => {
    expect(() => parseListen(given)).toThrow();
  });
});

describe("parseDuration", () => {
  it.each([
    ["90s", 90],
    ["30m", 1800],
    ["2h", 7200],
    ["1d", 86_400],
    ["1h30m", 5400],
    ["1.5m", 90],
  ])("gives the seconds of %s", (given, seconds) => {
    expect(parseDuration(given)).toBe(seconds);
  });

  it.each(["", "30", "m", "1h 30m", "-5m", "5 minutes", "1w"])("refuses %j", (given) => {
    expect(() => parseDuration(given)).toThrow("write for example 90s");
  });
});
