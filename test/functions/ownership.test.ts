import { describe, expect, it } from "@jest/globals";
import { isOwn, refuseForeign } from "../../functions/ownership.ts";
import { ownershipOf } from "../../spec/names.ts";

const owner = ownershipOf({ installation: "p-alloyrun", environment: "staging", labels: { team: "data" } });

describe("isOwn", () => {
  it.each([
    ["its labels", { labels: { "alloyrun-installation": "p-alloyrun", "alloyrun-environment": "staging" } }, true],
    ["its mark", { description: "alloyrun:p-alloyrun/staging" }, true],
    ["its mark among other words", { description: "made by alloyrun:p-alloyrun/staging for us" }, true],
    [
      "another environment's labels",
      { labels: { "alloyrun-installation": "p-alloyrun", "alloyrun-environment": "x" } },
      false,
    ],
    ["a mark that only begins like it", { description: "alloyrun:p-alloyrun/staging2" }, false],
    ["nothing", {}, false],
    ["nulls", { labels: null, description: null }, false],
  ])("looks at %s", (_what, resource, expected) => {
    expect(isOwn(resource, owner)).toBe(expected);
  });
});

describe("refuseForeign", () => {
  const name = "projects/p/global/networks/my-vpc";

  it("names the resource and whose it is", () => {
    const foreign = { description: "alloyrun:q-alloyrun/prod" };
    expect(() => refuseForeign(foreign, name, owner)).toThrow(
      expect.objectContaining({
        reason: "FOREIGN_RESOURCE",
        resource: name,
        message: expect.stringContaining("belongs to alloyrun:q-alloyrun/prod, not to alloyrun:p-alloyrun/staging"),
      }),
    );
  });

  it("says that what bears no mark is somebody else's", () => {
    expect(() => refuseForeign({ description: "my network" }, name, owner)).toThrow("belongs to somebody else");
  });

  it("lets the environment's own pass", () => {
    expect(() => refuseForeign({ description: owner.mark }, name, owner)).not.toThrow();
  });
});
