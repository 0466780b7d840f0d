import { describe, expect, it } from "@jest/globals";
import { DatabaseError } from "pg";
import { toSqlFailure } from "../../../../functions/jobs/seed/sql-failure.ts";

const databaseError = (message: string, fields: Partial<DatabaseError>): DatabaseError =>
  Object.assign(new DatabaseError(message, message.length, "error"), fields);

describe("toSqlFailure", () => {
  const statement = { text: "SELECT 'ü🙂',\n  nope", number: 2, line: 7 };

  it("counts the error's position in characters from the statement's first line", () => {
    const error = databaseError(`column "nope" does not exist`, { code: "42703", position: "16" });
    expect(toSqlFailure({ error, file: "1.sql", statement })).toMatchObject({
      kind: "sql",
      message: `1.sql, statement 2, line 8: column "nope" does not exist`,
      facts: { file: "1.sql", statement: 2, line: 8, code: "42703" },
    });
  });

  it("names the statement's first line when PostgreSQL gives no position", () => {
    const error = databaseError("duplicate key", { code: "23505" });
    expect(toSqlFailure({ error, file: "1.sql", statement }).facts).toMatchObject({ statement: 2, line: 7 });
  });

  it("leaves out the detail, which quotes rows", () => {
    const error = databaseError("duplicate key", { code: "23505", detail: "Key (name)=(sasashun) already exists." });
    expect(toSqlFailure({ error, file: "1.sql", statement }).message).not.toContain("sasashun");
  });

  it("names the limit when the server does not ship an extension", () => {
    const error = databaseError(`extension "vector" is not available`, { code: "0A000" });
    expect(toSqlFailure({ error, file: "1.sql", statement }).message).toContain("does not ship vector");
  });
});
