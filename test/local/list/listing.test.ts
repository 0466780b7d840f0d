import { describe, expect, it } from "@jest/globals";
import { matches } from "../../local/list-filter.ts";

const resource = { name: "sub-a", labels: { team: "data" }, autoCreateSubnetworks: false, mtu: 1460 };

describe("matches", () => {
  it.each([
    ["", true],
    ["name = sub-a", true],
    ['name="sub-b"', false],
    ["name != sub-b", true],
    ["name:sub", true],
    ["labels.team:*", true],
    ["labels.owner:*", false],
    ["name eq sub-.", true],
    ["name eq sub", false],
    ["name ne 'sub-.'", false],
    ["mtu = 1460 AND autoCreateSubnetworks = false", true],
    ["(name = sub-a) (mtu = 1)", false],
    ["mtu:1460 AND (name:sub-a)", true],
    ["mtu:1460 AND (name:sub-b)", false],
  ])("%s", (filter, expected) => {
    expect(matches(resource, filter)).toBe(expected);
  });

  it.each(["nonsense", "name eq [", "a = 1 OR b = 2"])("refuses %s", (filter) => {
    expect(() => matches(resource, filter)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
