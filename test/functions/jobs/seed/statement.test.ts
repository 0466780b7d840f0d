import { describe, expect, it } from "@jest/globals";
import { lineAt, splitStatements } from "../../../../functions/jobs/seed/statement.ts";

const texts = (sql: string): readonly string[] => splitStatements(sql).map(({ text }) => text);

describe("splitStatements", () => {
  it("numbers statements and tells the line of each one's first word", () => {
    const sql = "-- people\nCREATE TABLE users (id text);\n\n/* the first */ INSERT INTO users\nVALUES ('3');\n";
    expect(splitStatements(sql)).toEqual([
      { text: "CREATE TABLE users (id text)", number: 1, line: 2 },
      { text: "INSERT INTO users\nVALUES ('3')", number: 2, line: 4 },
    ]);
  });

  it.each([
    ["a string", "SELECT ';' ; SELECT 2", ["SELECT ';'", "SELECT 2"]],
    ["a doubled quote", "SELECT 'it''s; so'; SELECT 2", ["SELECT 'it''s; so'", "SELECT 2"]],
    ["an escape string", "SELECT E'a\\';b'; SELECT 2", ["SELECT E'a\\';b'", "SELECT 2"]],
    ["a backslash in a plain string", "SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", "SELECT 2"]],
    ["a quoted name", 'SELECT ";"; SELECT 2', ['SELECT ";"', "SELECT 2"]],
    ["a dollar quote", "DO $$ BEGIN; END $$; SELECT 2", ["DO $$ BEGIN; END $$", "SELECT 2"]],
    ["a tagged dollar quote", "SELECT $a$;$$;$a$; SELECT 2", ["SELECT $a$;$$;$a$", "SELECT 2"]],
    ["a line comment", "SELECT 1 -- ; no\n; SELECT 2", ["SELECT 1 -- ; no", "SELECT 2"]],
    ["a nested comment", "SELECT 1 /* ; /* ; */ ; */; SELECT 2", ["SELECT 1 /* ; /* ; */ ; */", "SELECT 2"]],
    [
      "parentheses",
      "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
      ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"],
    ],
  ])("keeps a semicolon inside %s", (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it("keeps the body of a routine in standard SQL whole", () => {
    const routine =
      "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; SELECT 3; END";
    expect(texts(`${routine}; SELECT 4`)).toEqual([routine, "SELECT 4"]);
  });

  it("does not take a name with a dollar sign or a parameter for a dollar quote", () => {
    expect(texts("SELECT a$b$c; SELECT $1; SELECT 3")).toEqual(["SELECT a$b$c", "SELECT $1", "SELECT 3"]);
  });

  it.each(["", " \n", "-- nothing", ";;", "/* ; */"])("finds nothing in %j", (sql) => {
    expect(texts(sql)).toEqual([]);
  });

  it("leaves an unfinished string to PostgreSQL", () => {
    expect(texts("SELECT 'oops; SELECT 2")).toEqual(["SELECT 'oops; SELECT 2"]);
  });
});

describe("lineAt", () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [5, 4],
  ])("finds offset %i on line %i", (offset, line) => {
    expect(lineAt("a\nb\n\nc", offset)).toBe(line);
  });
});
