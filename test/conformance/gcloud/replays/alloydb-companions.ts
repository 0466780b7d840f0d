import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { pollOperation } from "../loops.ts";
import type { Replay } from "../replay.ts";
import type { Wire } from "../wire.ts";

const host = "alloydb.googleapis.com/v1";
const name = ({ project }: Wire) => `projects/${project}/locations/asia-northeast1/clusters/my-alloycls`;
const location = ({ project }: Wire) => `${host}/projects/${project}/locations/asia-northeast1`;
const cluster = (wire: Wire) => `${host}/${name(wire)}`;
const user = "users/app";

/** A change of the user, which is in effect when it is answered. */
async function patchUser(wire: Wire, mask: string, change: JsonObject): Promise<JsonObject> {
  const body = { name: `${name(wire)}/${user}`, ...change };
  const answer = await wire.send(`PATCH ${cluster(wire)}/${user}?updateMask=${mask}`, { body });
  expect(answer).toMatchObject({ status: 200, body: { name: body.name, userType: "ALLOYDB_BUILT_IN" } });
  expect(answer.text).not.toContain("password");
  return answer.body;
}

const clusters: readonly Replay[] = [
  {
    row: "alloydb: clusters describe",
    async play(wire) {
      const { body } = await wire.send(`GET ${cluster(wire)}`);
      expect(body).toMatchObject({ name: name(wire), state: "READY", databaseVersion: expect.any(String) });
    },
  },
  {
    row: "alloydb: clusters list",
    async play(wire) {
      const { body } = await wire.send(`GET ${location(wire)}/clusters`);
      expect(body.clusters).toMatchObject([{ name: name(wire), state: "READY" }]);
      const everywhere = await wire.send(`GET ${host}/projects/${wire.project}/locations/-/clusters`);
      expect(everywhere.body.clusters).toEqual(body.clusters);
    },
  },
  {
    row: "alloydb: clusters update",
    source: "recorded",
    async play(wire) {
      const body = { continuousBackupConfig: { recoveryWindowDays: 10 } };
      // The mask is in snake case, the body is not.
      const mask = "continuous_backup_config.recovery_window_days";
      const started = await wire.send(`PATCH ${cluster(wire)}?updateMask=${mask}`, { body });
      expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
      expect((await wire.send(`GET ${cluster(wire)}`)).body).toMatchObject(body);
    },
  },
];

const instances: readonly Replay[] = [
  {
    row: "alloydb: instances list",
    async play(wire) {
      const { body } = await wire.send(`GET ${cluster(wire)}/instances`);
      expect(body.instances).toMatchObject([{ instanceType: "PRIMARY", state: "READY" }]);
    },
  },
  {
    row: "alloydb: instances update",
    source: "recorded",
    async play(wire) {
      const databaseFlags = { "alloydb.iam_authentication": "on" };
      const body = { name: `${name(wire)}/instances/my-alloyins`, databaseFlags };
      const target = `PATCH ${cluster(wire)}/instances/my-alloyins?updateMask=databaseFlags`;
      const started = await wire.send(target, { body });
      expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
      const { body: present } = await wire.send(`GET ${cluster(wire)}/instances/my-alloyins`);
      expect(present).toMatchObject({ databaseFlags, machineConfig: { cpuCount: 2 }, state: "READY" });
    },
  },
];

const users: readonly Replay[] = [
  {
    row: "alloydb: users create",
    source: "recorded",
    async play(wire) {
      const databaseRoles = ["pg_read_all_data"];
      const made = { name: `${name(wire)}/${user}`, databaseRoles, userType: "ALLOYDB_BUILT_IN" };
      const answer = await wire.send(`POST ${cluster(wire)}/users?userId=app`, {
        body: { ...made, password: "first" },
      });
      expect(answer).toMatchObject({ status: 200, body: made });
      expect(answer.text).not.toContain("first");
    },
  },
  {
    row: "alloydb: users list",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${cluster(wire)}/users`);
      const names = ["app", "postgres"].map((id) => expect.objectContaining({ name: `${name(wire)}/users/${id}` }));
      expect(body.users).toEqual(expect.arrayContaining(names));
    },
  },
  {
    row: "alloydb: users set-password",
    source: "recorded",
    play: async (wire) => {
      expect(await patchUser(wire, "password", { password: "second" })).toMatchObject({
        databaseRoles: ["pg_read_all_data"],
      });
    },
  },
  {
    row: "alloydb: users set-roles",
    source: "recorded",
    async play(wire) {
      const change = { databaseRoles: ["pg_write_all_data"] };
      expect(await patchUser(wire, "database_roles", change)).toMatchObject(change);
    },
  },
  {
    row: "alloydb: users set-superuser",
    source: "recorded",
    async play(wire) {
      expect((await wire.send(`GET ${cluster(wire)}/${user}`)).body.databaseRoles).toEqual(["pg_write_all_data"]);
      const databaseRoles = ["pg_write_all_data", "alloydbsuperuser"];
      const changed = await patchUser(wire, "database_roles", { databaseRoles });
      expect(changed.databaseRoles).toEqual(expect.arrayContaining(databaseRoles));
    },
  },
  {
    row: "alloydb: users delete",
    source: "recorded",
    async play(wire) {
      expect(await wire.send(`DELETE ${cluster(wire)}/${user}`)).toMatchObject({ status: 200, text: "{}" });
      const gone = await wire.send(`GET ${cluster(wire)}/${user}`);
      expect(gone).toMatchObject({ status: 404, body: { error: { status: "NOT_FOUND" } } });
    },
  },
];

/** What is looked up and changed of a cluster, its instance and its users. */
export const alloydbCompanions: readonly Replay[] = [...clusters, ...instances, ...users];
