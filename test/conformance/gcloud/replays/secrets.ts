import { expect } from "@jest/globals";
import { crc32c } from "../../../../local/crc32c.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const secrets = ({ project }: Wire) => `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
const secret = (wire: Wire) => `${secrets(wire)}/my-secret`;
const data = Buffer.from("hunter2");
const payload = { data: data.toString("base64"), dataCrc32c: String(crc32c(data)) };

/** What gcloud sends to Secret Manager. */
export const secretReplays: ReplayGroup = {
  project: "replay-secrets",
  replays: [
    {
      row: "secretmanager: secrets create",
      async play(wire) {
        const body = { replication: { automatic: {} }, annotations: {} };
        const made = await wire.send(`POST ${secrets(wire)}?secretId=my-secret`, { body });
        expect(made.body).toMatchObject({ name: `projects/${wire.number}/secrets/my-secret` });
        const again = await wire.send(`POST ${secrets(wire)}?secretId=my-secret`, { body });
        expect(again.body.error).toMatchObject({ code: 409, status: "ALREADY_EXISTS" });
      },
    },
    {
      row: "secretmanager: secrets versions add",
      async play(wire) {
        const made = await wire.send(`POST ${secret(wire)}:addVersion`, { body: { payload } });
        expect(made.body).toMatchObject({ state: "ENABLED", clientSpecifiedPayloadChecksum: true });
        const broken = { ...payload, dataCrc32c: "1" };
        expect((await wire.send(`POST ${secret(wire)}:addVersion`, { body: { payload: broken } })).status).toBe(400);
      },
    },
    {
      row: "secretmanager: secrets versions access",
      async play(wire) {
        const { body } = await wire.send(`GET ${secret(wire)}/versions/latest:access`);
        expect(body).toEqual({ name: `projects/${wire.number}/secrets/my-secret/versions/1`, payload });
      },
    },
    {
      row: "secretmanager: secrets versions list",
      async play(wire) {
        const { body } = await wire.send(`GET ${secret(wire)}/versions?pageSize=0`);
        expect(body.versions).toMatchObject([{ state: "ENABLED" }]);
      },
    },
    {
      row: "secretmanager: secrets list",
      async play(wire) {
        const { body } = await wire.send(`GET ${secrets(wire)}?pageSize=100`);
        expect(body.secrets).toMatchObject([{ replication: { automatic: {} } }]);
      },
    },
    {
      row: "secretmanager: secrets add-iam-policy-binding",
      async play(wire) {
        const read = await wire.send(`GET ${secret(wire)}:getIamPolicy?options.requestedPolicyVersion=3`);
        const bindings = [{ role: "roles/secretmanager.secretAccessor", members: ["user:jane@example.com"] }];
        const policy = { bindings, etag: String(read.body.etag), version: 3 };
        const written = await wire.send(`POST ${secret(wire)}:setIamPolicy`, { body: { policy } });
        expect(written.body).toMatchObject({ bindings });
      },
    },
    {
      row: "secretmanager: secrets delete",
      async play(wire) {
        expect(await wire.send(`DELETE ${secret(wire)}`)).toMatchObject({ status: 200, text: "{}" });
        expect(await wire.send(`GET ${secret(wire)}`)).toMatchObject({ status: 404 });
      },
    },
  ],
};
