import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../google/error.ts";
import { editPolicy, missingGrants, type Policy, withGrants, withoutGrants } from "../../google/policy.ts";

const app = "serviceAccount:app@p.iam.gserviceaccount.com";
const other = "user:other@example.com";
const condition = { title: "seeds", expression: "resource.name.startsWith('x')" };

describe("withGrants", () => {
  it("adds a member to the binding of its role and leaves everything else", () => {
    const policy: Policy = {
      etag: "e",
      bindings: [
        { role: "r", members: [other] },
        { role: "s", members: [other] },
      ],
    };
    expect(withGrants(policy, [{ role: "r", member: app }])).toEqual({
      etag: "e",
      bindings: [
        { role: "r", members: [other, app] },
        { role: "s", members: [other] },
      ],
    });
  });

  it("keeps a binding with a condition apart from the same role without", () => {
    const policy: Policy = { bindings: [{ role: "r", members: [other], condition }] };
    const { bindings } = withGrants(policy, [
      { role: "r", member: app },
      { role: "r", member: app, condition },
    ]);
    expect(bindings).toEqual([
      { role: "r", members: [other, app], condition },
      { role: "r", members: [app] },
    ]);
  });

  it("replaces a deleted account of the same address by the present one", () => {
    const policy: Policy = { bindings: [{ role: "r", members: [`deleted:${app}?uid=1`] }] };
    expect(withGrants(policy, [{ role: "r", member: app }]).bindings).toEqual([{ role: "r", members: [app] }]);
  });

  it("grants one thing once although it is asked twice", () => {
    const grant = { role: "r", member: app };
    expect(withGrants({}, [grant, grant]).bindings).toEqual([{ role: "r", members: [app] }]);
  });
});

describe("missingGrants", () => {
  it("counts a deleted account as not granted", () => {
    const policy: Policy = { bindings: [{ role: "r", members: [`deleted:${app}?uid=1`] }] };
    expect(missingGrants(policy, [{ role: "r", member: app }])).toHaveLength(1);
  });

  it("finds nothing missing where role, condition and member are there", () => {
    const policy: Policy = { bindings: [{ role: "r", members: [app], condition: { ...condition, description: "d" } }] };
    expect(missingGrants(policy, [{ role: "r", member: app, condition }])).toEqual([]);
  });
});

describe("withoutGrants", () => {
  it("takes the member, alive or deleted, out of just these roles", () => {
    const members = [other, app, `deleted:${app}?uid=1`];
    const policy: Policy = {
      bindings: [
        { role: "r", members },
        { role: "s", members: [app] },
        { role: "t", members: [app] },
      ],
    };
    const grants = ["r", "t"].map((role) => ({ role, member: app }));
    expect(withoutGrants(policy, grants).bindings).toEqual([
      { role: "r", members: [other] },
      { role: "s", members: [app] },
    ]);
  });
});

describe("editPolicy", () => {
  const add = (policy: Policy) => withGrants(policy, [{ role: "r", member: app }]);

  it("writes version 3 under the etag that it read, other people's fields included", async () => {
    const written: object[] = [];
    const read = { version: 1, etag: "e1", bindings: [], auditConfigs: [{ service: "all" }] };
    const set = async (policy: Policy) => {
      written.push(policy);
      return policy;
    };
    expect(await editPolicy({ get: async () => read, set }, add)).toBe(true);
    expect(written).toEqual([{ ...read, version: 3, bindings: [{ role: "r", members: [app] }] }]);
  });

  it("writes nothing when nothing is missing", async () => {
    const read = { etag: "e1", bindings: [{ role: "r", members: [app] }] };
    const set = () => Promise.reject(new Error("written"));
    expect(await editPolicy({ get: async () => read, set }, add)).toBe(false);
  });

  it("begins again with what is there now when somebody else was faster", async () => {
    const reads: Policy[] = [{ etag: "e1" }, { etag: "e2", bindings: [{ role: "r", members: [other] }] }];
    const etags: (string | undefined)[] = [];
    let last: Policy = {};
    const set = async (policy: Policy) => {
      etags.push(policy.etag);
      if (policy.etag === "e1") throw aborted();
      last = policy;
      return policy;
    };
    await editPolicy({ get: async () => reads.shift() ?? {}, set }, add);
    expect(etags).toEqual(["e1", "e2"]);
    expect(last.bindings).toEqual([{ role: "r", members: [other, app] }]);
  });

  it("gives up after eight lost races", async () => {
    let tries = 0;
    const set = () => {
      tries += 1;
      return Promise.reject(aborted());
    };
    await expect(editPolicy({ get: async () => ({}), set }, add)).rejects.toMatchObject({ code: "ABORTED" });
    expect(tries).toBe(8);
  });

  it("does not repeat a refusal", async () => {
    const refusal = new ApiError({ method: "m", resource: "r", code: "PERMISSION_DENIED", text: "no" });
    let tries = 0;
    const set = () => {
      tries += 1;
      return Promise.reject(refusal);
    };
    await expect(editPolicy({ get: async () => ({}), set }, add)).rejects.toBe(refusal);
    expect(tries).toBe(1);
  });
});

function aborted(): ApiError {
  return new ApiError({ method: "m", resource: "r", code: "ABORTED", text: "concurrent policy changes" });
}
