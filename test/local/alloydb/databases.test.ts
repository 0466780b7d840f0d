import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { get, main, password, post, project, send, sql, startCloud, stopCloud } from "./harness.ts";

jest.setTimeout(60_000);

beforeAll(() => startCloud());

afterAll(stopCloud);

describe("executeSql", () => {
  it("answers columns and rows as text, null marked", async () => {
    const { sqlResults, metadata } = await sql("SELECT 1 AS number, NULL AS nothing, 'x' AS text; SELECT 2 AS second");
    expect(metadata).toMatchObject({ status: "OK" });
    expect(sqlResults).toMatchObject([
      {
        columns: [{ name: "number", type: "INT4" }, { name: "nothing" }, { name: "text" }],
        rows: [{ values: [{ value: "1" }, { nullValue: true }, { value: "x" }] }],
      },
      { rows: [{ values: [{ value: "2" }] }] },
    ]);
  });

  it("tells errors in the metadata of a 200, and undoes the whole batch", async () => {
    const answer = await sql("CREATE TABLE undone (); SELECT 1/0");
    expect(answer).toMatchObject({
      metadata: { status: "ERROR", message: expect.stringContaining("division by zero") },
    });
    expect(await sql("SELECT * FROM undone")).toMatchObject({ metadata: { status: "ERROR" } });
  });

  it("makes a database by a statement alone, and not in a batch", async () => {
    expect(await sql("SELECT 1; CREATE DATABASE batched")).toMatchObject({ metadata: { status: "ERROR" } });
    expect(await sql("CREATE DATABASE alone")).toMatchObject({ metadata: { status: "OK" } });
    const { databases } = await get(`v1/${main}/databases`);
    expect(databases).toContainEqual(expect.objectContaining({ name: `${main}/databases/alone`, charset: "UTF8" }));
  });

  it.each([
    ["a wrong password", { password: "wrong" }],
    ["the superuser", { user: "alloydbadmin" }],
  ])("refuses %s", async (_, login) => {
    expect(await sql("SELECT 1", login)).toMatchObject({ metadata: { status: "ERROR" } });
  });
});

describe("users", () => {
  const user = `${main}/users/app`;

  it("makes a user who logs in with its password, without rights on others' tables", async () => {
    const { body } = await post(`v1/${main}/users?userId=app`, { password: "first" });
    expect(body).toEqual({ name: user, userType: "ALLOYDB_BUILT_IN" });
    await sql("CREATE TABLE mine ()");
    expect(await sql("SELECT current_user", { user: "app", password: "first" })).toMatchObject({
      metadata: { status: "OK" },
    });
    expect(await sql("SELECT * FROM mine", { user: "app", password: "first" })).toMatchObject({
      metadata: { status: "ERROR" },
    });
  });

  it("replaces password and roles of a user that exists", async () => {
    await post(`v1/${main}/users?userId=app`, { password: "second", databaseRoles: ["pg_monitor"] });
    expect(await get(`v1/${user}`)).toMatchObject({ databaseRoles: ["pg_monitor"] });
    expect(await sql("SELECT 1", { user: "app", password: "first" })).toMatchObject({ metadata: { status: "ERROR" } });
    await post(`v1/${main}/users?userId=app`, { databaseRoles: ["alloydbsuperuser"], keepExtraRoles: true });
    expect(await get(`v1/${user}`)).toMatchObject({ databaseRoles: ["alloydbsuperuser", "pg_monitor"] });
    await post(`v1/${main}/users?userId=app`, { databaseRoles: [] });
    expect((await get(`v1/${user}`)).databaseRoles ?? []).toEqual([]);
  });

  it("changes a password by its mask", async () => {
    await send("PATCH", `v1/${user}?updateMask=password`, { body: { password: "third" } });
    expect(await sql("SELECT 1", { user: "app", password: "third" })).toMatchObject({ metadata: { status: "OK" } });
  });

  it("makes IAM users, with the role that they log in by", async () => {
    const { body } = await post(`v1/${main}/users?userId=runner@${project}.iam`, { userType: "ALLOYDB_IAM_USER" });
    expect(body).toMatchObject({ databaseRoles: ["alloydbiamuser"], userType: "ALLOYDB_IAM_USER" });
  });

  it.each<[string, string, object, string]>([
    ["a built-in user without a password", "bare", {}, "INVALID_ARGUMENT"],
    ["an IAM user with one", "a@example.com", { userType: "ALLOYDB_IAM_USER", password }, "INVALID_ARGUMENT"],
    [
      "a service account's whole e-mail",
      "a@p.iam.gserviceaccount.com",
      { userType: "ALLOYDB_IAM_USER" },
      "INVALID_ARGUMENT",
    ],
    ["a role that does not exist", "b", { password, databaseRoles: ["none"] }, "INVALID_ARGUMENT"],
    ["the superuser's role", "b", { password, databaseRoles: ["alloydbadmin"] }, "INVALID_ARGUMENT"],
    ["a reserved name", "alloydbadmin", { password }, "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, id, body, status) => {
    expect((await post(`v1/${main}/users?userId=${id}`, body)).body.error?.status).toBe(status);
  });

  it("lists users without the machinery's, and deletes them", async () => {
    const { users } = await get(`v1/${main}/users`);
    expect((users as { name: string }[]).map(({ name }) => name.split("/").at(-1))).toEqual([
      "app",
      "postgres",
      `runner@${project}.iam`,
    ]);
    expect((await send("DELETE", `v1/${user}`)).status).toBe(200);
    const { status, body } = await send("GET", `v1/${user}`);
    expect({ status, message: body.error?.message }).toEqual({ status: 404, message: "user app does not exist" });
  });
});
