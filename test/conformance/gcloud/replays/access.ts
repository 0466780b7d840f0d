import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { policyReplays } from "../policy.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const iam = "iam.googleapis.com/v1";
const email = ({ project }: Wire) => `my-serviceaccount@${project}.iam.gserviceaccount.com`;
const account = (wire: Wire) => `${iam}/projects/${wire.project}/serviceAccounts/${email(wire)}`;
const policyOf = (wire: Wire) => `cloudresourcemanager.googleapis.com/v1/projects/${wire.project}`;

/** The read and the write of a change of the project's policy. */
async function changePolicy(wire: Wire, bindings: readonly JsonObject[]) {
  const asked = { options: { requestedPolicyVersion: 3 } };
  const read = await wire.send(`POST ${policyOf(wire)}:getIamPolicy`, { body: asked });
  const policy = { bindings, etag: String(read.body.etag), version: 3 };
  return { policy, written: await wire.send(`POST ${policyOf(wire)}:setIamPolicy`, { body: { policy } }) };
}

/** What gcloud sends to IAM and Resource Manager. */
export const accessReplays: ReplayGroup = {
  project: "replay-access",
  replays: [
    {
      row: "iam: service-accounts create",
      async play(wire) {
        const body = { accountId: "my-serviceaccount", serviceAccount: {} };
        const made = await wire.send(`POST ${iam}/projects/${wire.project}/serviceAccounts`, { body });
        const name = `projects/${wire.project}/serviceAccounts/${email(wire)}`;
        expect(made.body).toMatchObject({ name, email: email(wire), uniqueId: expect.stringMatching(/^\d{21}$/) });
        await wire.local.cloud.clock.advance(120_000);
      },
    },
    {
      row: "cloudresourcemanager: projects add-iam-policy-binding",
      async play(wire) {
        const bindings = [{ role: "roles/alloydb.client", members: [`serviceAccount:${email(wire)}`] }];
        const { written } = await changePolicy(wire, bindings);
        expect(written).toMatchObject({ status: 200, body: { bindings, etag: expect.any(String) } });
      },
    },
    {
      row: "cloudresourcemanager: a policy that somebody changed meanwhile",
      async play(wire) {
        const { policy } = await changePolicy(wire, []);
        const late = await wire.send(`POST ${policyOf(wire)}:setIamPolicy`, { body: { policy } });
        expect(late).toMatchObject({ status: 409, body: { error: { code: 409, status: "ABORTED" } } });
      },
    },
    {
      row: "cloudresourcemanager: projects remove-iam-policy-binding",
      async play(wire) {
        const { written } = await changePolicy(wire, []);
        expect(written.status).toBe(200);
        expect(written.body.bindings ?? []).toEqual([]);
      },
    },
    {
      row: "cloudresourcemanager: projects get-iam-policy",
      async play(wire) {
        const body = { options: { requestedPolicyVersion: 3 } };
        for (const project of [wire.project, wire.number]) {
          const address = `cloudresourcemanager.googleapis.com/v1/projects/${project}:getIamPolicy`;
          expect((await wire.send(`POST ${address}`, { body })).body).toMatchObject({ etag: expect.any(String) });
        }
      },
    },
    {
      row: "cloudresourcemanager: projects describe",
      source: "recorded",
      async play(wire) {
        const asked = await wire.send(`GET ${policyOf(wire)}`);
        const { project: projectId, number: projectNumber } = wire;
        expect(asked.body).toMatchObject({ projectId, projectNumber, lifecycleState: "ACTIVE" });
        const byNumber = await wire.send(`GET cloudresourcemanager.googleapis.com/v1/projects/${projectNumber}`);
        expect(byNumber.body).toEqual(asked.body);
      },
    },
    {
      row: "iam: service-accounts describe",
      async play(wire) {
        const address = `${iam}/projects/-/serviceAccounts/${email(wire)}`;
        expect((await wire.send(`GET ${address}`)).body).toMatchObject({ email: email(wire) });
      },
    },
    {
      row: "iam: service-accounts list",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${iam}/projects/${wire.project}/serviceAccounts?pageSize=100`);
        expect(body.accounts).toContainEqual(expect.objectContaining({ email: email(wire) }));
      },
    },
    {
      row: "iam: service-accounts update",
      source: "recorded",
      async play(wire) {
        const target = `PATCH ${iam}/projects/${wire.project}/serviceAccounts/${email(wire)}`;
        // The account and its mask are both in the body.
        const body = { serviceAccount: { displayName: "Ours" }, updateMask: "displayName" };
        expect((await wire.send(target, { body })).body).toMatchObject({ displayName: "Ours", email: email(wire) });
      },
    },
    ...policyReplays({
      family: "iam: service-accounts",
      role: "roles/iam.serviceAccountUser",
      read: (wire) => `POST ${account(wire)}:getIamPolicy?options.requestedPolicyVersion=3`,
      write: (wire) => `${account(wire)}:setIamPolicy`,
      version: 3,
    }),
    {
      row: "iam: service-accounts delete",
      async play(wire) {
        const address = `${iam}/projects/-/serviceAccounts/${email(wire)}`;
        expect(await wire.send(`DELETE ${address}`)).toMatchObject({ status: 200, body: {} });
        const gone = await wire.send(`GET ${address}`);
        expect(gone.body.error).toMatchObject({ code: 404, status: "NOT_FOUND", errors: [{ reason: "notFound" }] });
      },
    },
  ],
};
