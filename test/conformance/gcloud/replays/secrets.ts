import { expect } from "@jest/globals";
import { crc32c } from "../../../../local/crc32c.ts";
import { policyReplays } from "../policy.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const secrets = ({ project }: Wire) => `secretmanager.googleapis.com/v1/projects/${project}/secrets`;
const secret = (wire: Wire) => `${secrets(wire)}/my-secret`;
const data = Buffer.from("hunter2");
const payload = { data: data.toString("base64"), dataCrc32c: String(crc32c(data)) };

/** A change of the version's state. */
const turn = (wire: Wire, verb: string) => wire.send(`POST ${secret(wire)}/versions/1:${verb}`, { body: {} });

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
      row: "secretmanager: secrets describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${secret(wire)}`);
        const name = `projects/${wire.number}/secrets/my-secret`;
        expect(body).toMatchObject({ name, replication: { automatic: {} }, etag: expect.any(String) });
      },
    },
    {
      row: "secretmanager: secrets update",
      source: "recorded",
      async play(wire) {
        expect(await wire.send(`GET ${secret(wire)}`)).toMatchObject({ status: 200 });
        const labels = { team: "data" };
        // What the mask leaves out is sent all the same, and empty.
        const body = { annotations: {}, labels, versionAliases: {} };
        const changed = await wire.send(`PATCH ${secret(wire)}?updateMask=labels`, { body });
        expect(changed).toMatchObject({ status: 200, body: { labels } });
        expect((await wire.send(`GET ${secret(wire)}`)).body).toMatchObject({ labels, replication: { automatic: {} } });
      },
    },
    ...policyReplays({
      family: "secretmanager: secrets",
      role: "roles/secretmanager.secretAccessor",
      read: (wire) => `GET ${secret(wire)}:getIamPolicy?options.requestedPolicyVersion=3`,
      write: (wire) => `${secret(wire)}:setIamPolicy`,
      version: 3,
      source: "reference",
    }),
    {
      row: "secretmanager: secrets versions describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${secret(wire)}/versions/1`);
        const name = `projects/${wire.number}/secrets/my-secret/versions/1`;
        expect(body).toMatchObject({ name, state: "ENABLED", createTime: expect.any(String) });
        expect(body).not.toHaveProperty("payload");
      },
    },
    {
      row: "secretmanager: secrets versions disable",
      source: "recorded",
      async play(wire) {
        expect((await turn(wire, "disable")).body).toMatchObject({ state: "DISABLED" });
        const refused = await wire.send(`GET ${secret(wire)}/versions/1:access`);
        expect(refused).toMatchObject({ status: 400, body: { error: { status: "FAILED_PRECONDITION" } } });
      },
    },
    {
      row: "secretmanager: secrets versions enable",
      source: "recorded",
      async play(wire) {
        expect((await turn(wire, "enable")).body).toMatchObject({ state: "ENABLED" });
        expect((await wire.send(`GET ${secret(wire)}/versions/1:access`)).body).toMatchObject({ payload });
      },
    },
    {
      row: "secretmanager: secrets versions destroy",
      source: "recorded",
      async play(wire) {
        const destroyed = await turn(wire, "destroy");
        expect(destroyed.body).toMatchObject({ state: "DESTROYED", destroyTime: expect.any(String) });
        expect((await turn(wire, "enable")).body.error).toMatchObject({ status: "FAILED_PRECONDITION" });
      },
    },
    {
      row: "secretmanager: secrets delete",
      async play(wire) {
        expect((await wire.send(`GET ${secret(wire)}/versions?pageSize=0`)).status).toBe(200);
        expect(await wire.send(`DELETE ${secret(wire)}`)).toMatchObject({ status: 200, text: "{}" });
        expect(await wire.send(`GET ${secret(wire)}`)).toMatchObject({ status: 404 });
      },
    },
  ],
};
