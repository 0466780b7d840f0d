import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkSql } from "../../../spec/sql/check.ts";

const sound: readonly (readonly [string, string])[] = [
  [
    "the example",
    "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n",
  ],
  ["a statement without a semicolon", "SELECT 1"],
  ["quotes inside strings", "SELECT 'it''s; (fine', E'it\\'s; (fine', \"a \"\"name\"\"; (\";"],
  ["a backslash at the end of a plain string", "SELECT 'C:\\'; SELECT 2;"],
  ["dollar quotes", "DO $$ BEGIN RAISE NOTICE 'x; ('; END $$; SELECT $tag$ $$ ; ( $tag$;"],
  ["a parameter-like dollar", "SELECT a$b FROM t WHERE c = 'x';"],
  ["comments", "-- it's (open\n/* one /* two; ' */ ( */ SELECT 1;"],
  ["a parenthesised query", "(SELECT 1) UNION (SELECT 2);"],
  [
    "semicolons inside parentheses",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2));",
  ],
  ["an atomic body", "CREATE PROCEDURE p() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; RETURN 1; END; SELECT 1;"],
  ["a cast and an array", "SELECT '{1,2}'::int[], ARRAY[1, 2][1];"],
  ["lower case", "insert into t values (1); merge into t using s on t.a = s.a when matched then delete;"],
  [
    "transaction control where it is asked for",
    "-- alloyrun: no-transaction\nBEGIN; COMMIT; VACUUM; CREATE INDEX CONCURRENTLY i ON t (a);",
  ],
  ["names outside ASCII", "CREATE TABLE größe (länge int);"],
  ["ROLLBACK as a name", "SELECT rollback FROM t;"],
];

const unsound: readonly (readonly [string, string, number, RegExp, RegExp])[] = [
  ["a misspelt command", "CREAT TABLE t (a int);", 0, /begins with CREAT/, /did you mean CREATE\?/],
  ["a misspelt object", "CREATE TABEL t (a int);", 7, /CREATE is not followed by TABEL/, /did you mean CREATE TABLE\?/],
  ["a missing INTO", "INSERT users VALUES (1);", 7, /INSERT is not followed by users/, /write INSERT INTO/],
  ["a sentence", "Hello there;", 0, /begins with Hello/, /CREATE, INSERT or SELECT/],
  ["an open string", "SELECT 'abc;\nSELECT 2;", 7, /string is never closed/, /closing '/],
  ["an open name", 'SELECT "abc;', 7, /quoted name is never closed/, /closing "/],
  ["an open dollar quote", "DO $body$ BEGIN END $$;", 3, /string is never closed/, /closing \$body\$/],
  ["an open comment", "SELECT 1; /* /* */", 10, /comment is never closed/, /closing \*\//],
  ["an open parenthesis", "CREATE TABLE t (a int;", 15, /\( is never closed/, /closing \)/],
  ["a stray parenthesis", "SELECT 1);", 8, /\) closes nothing/, /remove it/],
  ["a bracket closed by a parenthesis", "SELECT ARRAY[1);", 14, /\) closes nothing/, /open it before/],
  ["a command of psql", "\\c mydb", 0, /\\c is a command of psql/, /remove it/],
  ["CREATE DATABASE", "CREATE DATABASE mydb;", 0, /alloyrun's own part/, /remove it/],
  ["COPY from standard input", "COPY t FROM STDIN;\n", 0, /STDIN/, /INSERT/],
  ["COMMIT in a transaction", "SELECT 1; COMMIT;", 10, /COMMIT ends or nests/, /no-transaction/],
  ["VACUUM in a transaction", "VACUUM;", 0, /VACUUM cannot run/, /no-transaction/],
  [
    "a concurrent index in a transaction",
    "CREATE INDEX CONCURRENTLY i ON t (a);",
    0,
    /CONCURRENTLY cannot run/,
    /no-transaction/,
  ],
  ["a lone verb", "SELECT 1; DROP", 10, /DROP says nothing further/, /complete/],
  ["nothing", "-- later\n", 0, /no statement/, /remove it/],
];

describe("checkSql", () => {
  it.each(sound)("accepts %s", (_name, sql) => {
    expect(checkSql(sql)).toEqual([]);
  });

  it.each(unsound)("refuses %s", (_name, sql, offset, message, fix) => {
    expect(checkSql(sql)).toEqual([
      { offset, message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    ]);
  });

  it("reports each fault of a file, in order", () => {
    expect(
      checkSql("CREAT TABLE t (a int);\nSELECT 1);\nINSRT INTO t VALUES (1);").map(({ offset }) => offset),
    ).toEqual([0, 31, 34]);
  });

  it("never throws and points into the text", () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      "$$",
      "$a$",
      "/*",
      "*/",
      "--",
      "\n",
      ";",
      "(",
      ")",
      "\\",
      "E'",
      "SELECT",
      " ",
      "x",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (some) => {
        const sql = some.join("");
        for (const { offset } of checkSql(sql)) expect(offset).toBeLessThanOrEqual(sql.length);
      }),
    );
  });

  it("takes large files", () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => `(${index}, 'name ${index}')`).join(",\n");
    expect(checkSql(`INSERT INTO t VALUES ${rows};\nSELECT '${"x''".repeat(500_000)}';`)).toEqual([]);
  });
});
