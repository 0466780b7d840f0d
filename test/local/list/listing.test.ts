import { describe, expect, it } from "@jest/globals";
import { parseFilter } from "../../../local/list/filter.ts";
import { readListing } from "../../../local/list/listing.ts";
import { modelFields } from "../../../local/list/model-fields.ts";

const instance = {
  name: "vm-a",
  labels: { team: "data" },
  canIpForward: false,
  tags: { items: ["ssh"] },
  networkInterfaces: [{ network: "projects/p/global/networks/a" }, { network: "projects/p/global/networks/b" }],
  lastStartTimestamp: "2026-01-01T10:00:00Z",
};
const fields = modelFields("google.cloud.compute.v1.Instance");
const matches = (filter: string) => parseFilter(filter, { fields, takesPatterns: true })(instance);

describe("a filter by the fields of a message", () => {
  it.each([
    ["name = vm-a", true],
    ['name="vm-b"', false],
    ["name != vm-b", true],
    ["name:vm", true],
    ["labels.team:*", true],
    ["labels.owner:*", false],
    ["labels:team", true],
    ["labels:tea", false],
    ["name eq vm-.", true],
    ["name eq vm", false],
    ["name ne 'vm-.'", false],
    ['name eq ".*\\bvm\\b.*"', true],
    ["canIpForward = false", true],
    ["can_ip_forward = true", false],
    ["deletionProtection = false", true],
    ["tags.items:ssh", true],
    ["networkInterfaces.network:networks/b", true],
    ["networkInterfaces.network:networks/c", false],
    ["networkInterfaces:*", true],
    ["lastStartTimestamp = 2026-01-01T10:00:00Z", true],
    ["(name = vm-a) (canIpForward = true)", false],
    ["name = vm-a AND (canIpForward = true OR labels.team = data)", true],
  ])("%s", (filter, expected) => {
    expect(matches(filter)).toBe(expected);
  });

  it.each(["nonsense", "name eq [", "bogus = 1", "labels.a.b.c", "networkInterfaces = 1", "name eq"])(
    "refuses %s",
    (filter) => {
      expect(() => matches(filter)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    },
  );
});

describe("readListing", () => {
  const type = "google.cloud.alloydb.v1.Cluster";
  const limits = { usual: 2, most: 10 };
  const clusters = [
    { name: "a", createTime: "2026-01-01T00:00:00Z" },
    { name: "b", createTime: "2026-01-03T00:00:00Z" },
    { name: "c", createTime: "2026-01-02T00:00:00Z" },
  ];

  it("gives pages in the order asked for", () => {
    const request = { orderBy: "create_time desc" };
    const first = readListing<{ name: string }>(type, request).page(clusters, limits);
    expect(first.items.map(({ name }) => name)).toEqual(["b", "c"]);
    const rest = readListing<{ name: string }>(type, { ...request, pageToken: first.nextPageToken });
    expect(rest.page(clusters, limits)).toEqual({ items: [clusters[0]], nextPageToken: undefined });
  });

  it("compares times as times", () => {
    const listing = readListing<{ name: string }>(type, { filter: 'create_time > "2026-01-02T09:00:00+09:00"' });
    expect(listing.page(clusters, limits).items).toEqual([clusters[1]]);
  });

  it.each([{ orderBy: "bogus" }, { orderBy: "name sideways" }, { orderBy: "labels" }, { filter: "bogus=1" }])(
    "refuses %j",
    (request) => {
      expect(() => readListing(type, request)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    },
  );
});
