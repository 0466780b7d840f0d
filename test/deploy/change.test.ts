import { describe, expect, it } from "@jest/globals";
import { found, policyChange, present } from "../../deploy/change.ts";
import { ApiError } from "../../google/error.ts";
import { withGrants, withoutGrants } from "../../google/policy.ts";

const viewer = { role: "roles/viewer", member: "serviceAccount:a@p.iam.gserviceaccount.com" };
const condition = { title: "t", expression: "true" };

function refusal(code: "NOT_FOUND" | "PERMISSION_DENIED", reason?: string): Promise<undefined> {
  return Promise.reject(new ApiError({ method: "m", resource: "r", code, text: "refused", reason }));
}

describe("policyChange", () => {
  it("tells every grant that comes and that goes, with its condition", () => {
    const policy = { bindings: [{ role: "roles/editor", members: ["user:ann@example.com", viewer.member] }] };
    const change = policyChange("projects/p", policy, (before) =>
      withGrants(withoutGrants(before, [{ ...viewer, role: "roles/editor" }]), [{ ...viewer, condition }]),
    );
    expect(change).toEqual({
      ...{ kind: "grants", action: "update", resource: "projects/p" },
      differences: [
        "+ roles/viewer to a@p.iam.gserviceaccount.com if true",
        "- roles/editor to a@p.iam.gserviceaccount.com",
      ],
    });
  });

  it("is nothing when the policy is as the edit makes it, in whatever order", () => {
    const policy = { bindings: [{ role: "roles/viewer", members: ["user:ann@example.com", viewer.member] }] };
    expect(policyChange("projects/p", policy, (before) => withGrants(before, [viewer]))).toBeUndefined();
  });
});

describe("present", () => {
  it("gives what was read, and nothing for what is absent or behind an API that is not enabled", async () => {
    expect(await present(Promise.resolve(1))).toBe(1);
    expect(await present(refusal("NOT_FOUND"))).toBeUndefined();
    expect(await present(refusal("PERMISSION_DENIED", "SERVICE_DISABLED"))).toBeUndefined();
  });

  it("hides no other refusal", async () => {
    await expect(present(refusal("PERMISSION_DENIED"))).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

describe("found", () => {
  it("gathers what comparisons found, and passes over what they did not", () => {
    const change = { kind: "topic", action: "create", resource: "t", differences: [] } as const;
    expect(found(undefined, change, [change], [])).toEqual([change, change]);
  });
});
