import { describe, expect, it } from "@jest/globals";
import { deployRights, examineCaller } from "../../../deploy/doctor/caller.ts";
import { predefinedRoles } from "../../../local/access/roles.ts";

const target = { project: "my-project" };
const member = async () => "user:ann@example.com";

describe("deployRights", () => {
  it.each(Object.entries(deployRights))("names permissions that roles/%s gives", (role, permissions) => {
    const given = predefinedRoles[`roles/${role}`]?.permissions;
    expect(permissions.filter((permission) => !given?.has(permission))).toEqual([]);
  });

  it("asks nothing that an owner lacks, and no more than can be asked at once", () => {
    const all = Object.values(deployRights).flat();
    expect(all.filter((permission) => !predefinedRoles["roles/owner"]?.permissions.has(permission))).toEqual([]);
    expect(all.length).toBeLessThanOrEqual(100);
  });
});

describe("examineCaller", () => {
  it("finds nothing with whoever may do all that deploy does", async () => {
    const all = { testPermissions: async (_: string, permissions: readonly string[]) => permissions };
    expect(await examineCaller(all, target, member)).toEqual([]);
  });

  it("tells what is lacking, and the command that grants just the roles which give it", async () => {
    const lacking = ["iam.serviceAccounts.actAs", "run.services.setIamPolicy"];
    const most = {
      testPermissions: async (_: string, permissions: readonly string[]) =>
        permissions.filter((permission) => !lacking.includes(permission)),
    };
    expect(await examineCaller(most, target, member)).toEqual([
      {
        ...{ check: "caller", resource: "projects/my-project" },
        problem: "user:ann@example.com may not deploy: lacks iam.serviceAccounts.actAs and 1 more",
        command:
          "for role in iam.serviceAccountUser run.admin; do gcloud projects add-iam-policy-binding my-project " +
          "--member=user:ann@example.com --role=roles/$role --condition=None; done",
      },
    ]);
    const [unknown] = await examineCaller(most, target, async () => undefined);
    expect(unknown?.command).toContain("--member=user:EMAIL");
  });
});
