import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const iam = "iam.googleapis.com/v1";
const email = ({ project }: Wire) => `my-serviceaccount@${project}.iam.gserviceaccount.com`;
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
      row: "iam: projects add-iam-policy-binding",
      async play(wire) {
        const bindings = [{ role: "roles/alloydb.client", members: [`serviceAccount:${email(wire)}`] }];
        const { written } = await changePolicy(wire, bindings);
        expect(written).toMatchObject({ status: 200, body: { bindings, etag: expect.any(String) } });
      },
    },
    {
      row: "iam: a policy that somebody changed meanwhile",
      async play(wire) {
        const { policy } = await changePolicy(wire, []);
        const late = await wire.send(`POST ${policyOf(wire)}:setIamPolicy`, { body: { policy } });
        expect(late).toMatchObject({ status: 409, body: { error: { code: 409, status: "ABORTED" } } });
      },
    },
    {
      row: "iam: projects remove-iam-policy-binding",
      async play(wire) {
        const { written } = await changePolicy(wire, []);
        expect(written.status).toBe(200);
        expect(written.body.bindings ?? []).toEqual([]);
      },
    },
    {
      row: "iam: projects get-iam-policy",
      async play(wire) {
        const body = { options: { requestedPolicyVersion: 3 } };
        for (const project of [wire.project, wire.number]) {
          const address = `cloudresourcemanager.googleapis.com/v1/projects/${project}:getIamPolicy`;
          expect((await wire.send(`POST ${address}`, { body })).body).toMatchObject({ etag: expect.any(String) });
        }
      },
    },
    {
      row: "iam: service-accounts describe and delete",
      async play(wire) {
        const address = `${iam}/projects/-/serviceAccounts/${email(wire)}`;
        expect((await wire.send(`GET ${address}`)).body).toMatchObject({ email: email(wire) });
        expect(await wire.send(`DELETE ${address}`)).toMatchObject({ status: 200, body: {} });
        const gone = await wire.send(`GET ${address}`);
        expect(gone.body.error).toMatchObject({ code: 404, status: "NOT_FOUND", errors: [{ reason: "notFound" }] });
      },
    },
  ],
};
