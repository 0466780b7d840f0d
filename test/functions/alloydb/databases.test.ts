import { beforeEach, describe, expect, it } from "@jest/globals";
import { type DatabaseTools, dropDatabase, listGenerations } from "../../../functions/alloydb/databases.ts";
import type { Query, QueryOutcome } from "../../../google/clients/alloydb.ts";

const server = {
  instance: "projects/p/locations/r/clusters/c/instances/i",
  adminVersion: "projects/p/secrets/s/versions/1",
};

describe("databases of a server", () => {
  let asked: Query[];
  let outcome: QueryOutcome;

  beforeEach(() => {
    asked = [];
    outcome = { isOk: true, message: "", rows: [] };
  });

  const tools = {
    alloydb: {
      executeSql: async (query: Query) => {
        asked.push(query);
        return outcome;
      },
    },
    secretManager: { accessVersion: async () => "sesame" } as Partial<DatabaseTools["secretManager"]>,
  } as DatabaseTools;

  it("are listed as postgres, only those that are generations of the one", async () => {
    const names = ["mydb", "mydb_g1", "mydb_g2", "mydb_g02", "mydb_g12", "mydb_g2x", "other_g2", "postgres", null];
    outcome = { ...outcome, rows: names.map((name) => [name]) };
    expect(await listGenerations(server, "mydb", tools)).toEqual(["mydb", "mydb_g2", "mydb_g12"]);
    expect(asked).toMatchObject([
      { instance: server.instance, user: "postgres", database: "postgres", password: "sesame" },
    ]);
  });

  it("are dropped whatever is connected, whatever they are called, and although they are gone", async () => {
    await dropDatabase(server, 'my"db', tools);
    expect(asked[0]?.sqlStatement).toBe('DROP DATABASE IF EXISTS "my""db" WITH (FORCE)');
  });

  it("fail in the server's words, without the password, and may be asked again", async () => {
    outcome = { isOk: false, message: 'sesame: database "mydb" is being accessed', rows: [] };
    const refused = dropDatabase(server, "mydb", tools);
    await expect(refused).rejects.toMatchObject({ code: "UNAVAILABLE", reason: "SQL_FAILED", retryable: true });
    await expect(refused).rejects.toThrow('…: database "mydb" is being accessed');
    await expect(refused).rejects.not.toThrow("sesame");
  });
});
