import { describe, expect, it } from "@jest/globals";
import {
  parseCaller,
  parseDuration,
  parseEnd,
  parseHash,
  parseListen,
  parseMoment,
  parsePace,
  parsePort,
  parseSpan,
} from "../../cli/arguments.ts";

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

describe("parseCaller", () => {
  it.each(["bob@example.com", "user:bob@example.com"])("takes the person of %s", (given) => {
    expect(parseCaller(given)).toBe("bob@example.com");
  });

  it.each(["", "user:", "group:all@example.com", "serviceAccount:a@p.iam.gserviceaccount.com", "user:user:b@c"])(
    "refuses %j",
    (given) => {
      expect(() => parseCaller(given)).toThrow("write an e-mail address");
    },
  );
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

describe("parseSpan", () => {
  it.each(["24h", "90s", "1d", "30m"])("takes %s as the request function does", (given) => {
    expect(parseSpan(given)).toBe(given);
  });

  it.each(["", "0h", "24", "1h30m", "-1h", "999999h"])("refuses %j", (given) => {
    expect(() => parseSpan(given)).toThrow("for example 24h");
  });
});

describe("parseHash", () => {
  it("takes a SHA-256 and nothing shorter", () => {
    expect(parseHash("a".repeat(64))).toBe("a".repeat(64));
    for (const wrong of ["a".repeat(63), "A".repeat(64), ""]) expect(() => parseHash(wrong)).toThrow("64 digits");
  });
});

describe("parseMoment and parseEnd", () => {
  const day = Date.UTC(2030, 0, 31) / 1000;

  it.each([
    ["2030-01-31", day, day + 86_400],
    ["2030-01-31T06:00Z", day + 21_600, day + 21_600],
    ["2030-01-31T06:00:30+09:00", day - 10_770, day - 10_770],
  ])("take %s, a day at its end whole", (given, from, to) => {
    expect([parseMoment(given), parseEnd(given)]).toEqual([from, to]);
  });

  it.each(["", "yesterday", "2030-13-01", "2030-1-1", "2030-01-31T06:00"])("refuse %j", (given) => {
    expect(() => parseMoment(given)).toThrow("write a day");
  });
});
