import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createIam } from "../../../local/iam/iam.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
const email = `robot-one@${testProject}.iam.gserviceaccount.com`;

async function startOn<T>(state: string, work: (local: LocalCloud) => Promise<T>): Promise<T> {
  const apis = [createIam, createResourceManager];
  const local = await startLocalCloud({ state, project: testProject, offline: true, apis });
  local.cloud.projects.ensure(testProject);
  local.cloud.projects.setUsable(testProject, "iam.googleapis.com", true);
  try {
    return await work(local);
  } finally {
    await local.stop();
  }
}

describe("a restart", () => {
  it("leaves tokens, keys, policies and roles what they were", async () => {
    await using folder = await temporaryFolder();
    const state = join(folder.path, "state");
    const before = await startOn(state, async (local) => {
      const { body } = await rest(local, `POST ${accounts}`, { body: { accountId: "robot-one" } });
      await local.cloud.clock.advance(120_000);
      const roles = `iam.googleapis.com/v1/projects/${testProject}/roles`;
      const role = { includedPermissions: ["resourcemanager.projects.get"] };
      await rest(local, `POST ${roles}`, { body: { roleId: "reader", role } });
      const members = [`serviceAccount:${email}`];
      const bindings = [{ role: `projects/${testProject}/roles/reader`, members }];
      const project = `cloudresourcemanager.googleapis.com/v1/projects/${testProject}`;
      await rest(local, `POST ${project}:setIamPolicy`, { body: { policy: { bindings } } });
      await local.cloud.clock.advance(600_000);
      const principal = { kind: "serviceAccount", email, uniqueId: String(body.uniqueId) } as const;
      const { tokens } = local.cloud;
      return {
        principal,
        token: tokens.accessToken({ principal }).token,
        idToken: tokens.idToken({ principal }, "https://a.run.app"),
        refreshToken: tokens.refreshToken(principal),
        jwks: tokens.jwks(),
        keys: (await rest(local, `GET ${accounts}/${email}/keys`)).body,
      };
    });
    await startOn(state, async (local) => {
      const { tokens } = local.cloud;
      const read = `GET cloudresourcemanager.googleapis.com/v1/projects/${testProject}`;
      expect((await rest(local, read, { as: before.token })).body).toMatchObject({ projectId: testProject });
      expect(tokens.verifyIdToken(before.idToken).principal).toEqual(before.principal);
      expect(tokens.redeem(before.refreshToken)).toEqual(before.principal);
      expect(tokens.jwks()).toEqual(before.jwks);
      expect((await rest(local, `GET ${accounts}/${email}/keys`)).body).toEqual(before.keys);
      await rest(local, `POST ${accounts}/${email}:disable`, { body: {} });
      expect((await rest(local, read, { as: before.token })).status).toBe(401);
      expect(tokens.redeem(before.refreshToken)).toBeUndefined();
    });
  }, 60_000);
});
