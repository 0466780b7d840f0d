import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { findLoss } from "../../../spec/sql/loss.ts";

describe("findLoss", () => {
  it.each([
    ["what only creates and inserts", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (2);"],
    ["what happens to references", "CREATE TABLE b (id int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);"],
    ["strings and comments", "-- DELETE FROM a\nINSERT INTO a VALUES ('; DROP TABLE a; ', $$TRUNCATE a$$) /* DROP */;"],
    ["what is left alone when it is there", "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;"],
    ["what is left alone by its key", "INSERT INTO s.a (id) VALUES (1.5) ON CONFLICT (id) DO NOTHING RETURNING (id);"],
    [
      "pure functions",
      "INSERT INTO a (id, at) SELECT gen_random_uuid(), now() FROM generate_series(1, (2 + 3)) AS g(i) WHERE i IN (1);",
    ],
    [
      "tables as they are written",
      `CREATE TABLE IF NOT EXISTS s.b ("id" bigint GENERATED ALWAYS AS IDENTITY (START 5) PRIMARY KEY,
        n numeric(10, 2) DEFAULT (0) CHECK (n > 0), t character varying(9) DEFAULT lower('A'), e vector(3),
        a int REFERENCES s.a (id) ON DELETE SET NULL, UNIQUE (n, t), FOREIGN KEY (a) REFERENCES a (id))
        PARTITION BY RANGE (n);`,
    ],
    ["indexes", "CREATE UNIQUE INDEX i ON s.b USING btree (lower(t), (n + 1)) WHERE n > 0; CREATE INDEX ON b (n);"],
    ["views and types", "CREATE VIEW v (n) AS SELECT count(*) FROM s.a; CREATE TYPE e AS ENUM ('a', 'delete');"],
    ["the others", "CREATE SCHEMA s; CREATE SEQUENCE s.q; CREATE DOMAIN d AS varchar(3);"],
  ])("lets %s pass", (_, sql) => {
    expect(findLoss(sql)).toBeUndefined();
  });

  it.each([
    ["DELETE", "INSERT INTO a VALUES (1);\nDELETE FROM a WHERE true;", 2, "DELETE FROM a WHERE"],
    ["an unparenthesised drop", "drop table a", 1, "drop table a"],
    ["a changed table", "ALTER TABLE a DROP COLUMN id;", 1, "ALTER TABLE a DROP"],
    ["code that is run at once", "DO $$ BEGIN DELETE FROM a; END $$;", 1, "DO $$ BEGIN DELETE FROM a; END $$"],
    [
      "a query before an insert",
      "WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d;",
      1,
      "WITH d AS (",
    ],
    [
      "a query of a new table",
      "CREATE TABLE c AS WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d;",
      1,
      "CREATE TABLE c AS",
    ],
    [
      "rows that are overwritten",
      "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2;",
      1,
      "INSERT INTO a VALUES",
    ],
    [
      "a function that removes",
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'delete from a';",
      1,
      "CREATE FUNCTION f (",
    ],
    [
      "a function that puts its statements together",
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE x; END $$;",
      1,
      "CREATE FUNCTION f (",
    ],
    ["a rule", "CREATE RULE r AS ON INSERT TO a DO INSTEAD DELETE FROM b;", 1, "CREATE RULE r AS"],
    [
      "what follows an alias that looks like a body",
      "CREATE VIEW v AS SELECT begin atomic FROM t; DELETE FROM a;",
      1,
      "CREATE VIEW v AS",
    ],
    [
      "what a carriage return lets out of a comment",
      "INSERT INTO a VALUES (1); -- so\rDELETE FROM a;",
      2,
      "DELETE FROM a",
    ],
  ])("finds %s", (_, sql, statement, words) => {
    expect(findLoss(sql)).toMatchObject({ statement, words });
  });

  it.each([
    ["a function, whatever it says", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"],
    ["escapes", "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS E'BEGIN DEL\\x45TE FROM a';"],
    ["Unicode escapes", "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS U&'DEL\\0045TE FROM a';"],
    ["continued constants", "CREATE PROCEDURE f() LANGUAGE sql AS 'BEGIN DEL'\n'ETE FROM a';"],
    ["a function of the server's", "CREATE FUNCTION f(text) RETURNS xml LANGUAGE internal AS 'query_to_xml';"],
    ["an extension", "CREATE EXTENSION dblink;"],
    ["a trigger", "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();"],
    ["an event trigger", "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f();"],
    ["an operator", "CREATE OPERATOR === (FUNCTION = f, LEFTARG = int, RIGHTARG = int);"],
    ["a type with functions", "CREATE TYPE t AS RANGE (subtype = int, canonical = f);"],
    ["a replaced view", "CREATE OR REPLACE VIEW v AS SELECT 1;"],
    ["a trigger in a schema", "CREATE SCHEMA s CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f();"],
    ["a prepared statement", "CREATE TABLE c AS EXECUTE p;"],
    ["a call elsewhere", "INSERT INTO a SELECT dblink_exec('host=b', 'DELETE FROM a');"],
    ["a call", "INSERT INTO t SELECT tidy();"],
    ["a call by its quoted name", 'INSERT INTO t SELECT "lower"(a) FROM b;'],
    ["a call by its name in escapes", 'INSERT INTO t SELECT U&"t\\0069dy"();'],
    ["a call of another schema's", "INSERT INTO t SELECT s.lower('a');"],
    ["a call for a row", "INSERT INTO t SELECT a.tidy FROM a;"],
    ["a call for a row in parentheses", "INSERT INTO t SELECT (a).tidy FROM a;"],
    ["a call for a row of what is named like a keyword", "INSERT INTO t SELECT (type).tidy FROM a;"],
    ["a call for a row in an order", "INSERT INTO t SELECT 1 FROM a ORDER BY a.tidy;"],
    ["a call for a row that is compared", "INSERT INTO t SELECT 1 FROM a WHERE 1 IS DISTINCT FROM a.tidy;"],
    ["a call for a row in a built-in one", "INSERT INTO t SELECT extract(year FROM a.tidy) FROM a;"],
    ["a call by a keyword", "INSERT INTO t SELECT DISTINCT ON (a) key() FROM a;"],
    ["a call after ON", "INSERT INTO t SELECT 1 FROM a JOIN b ON tidy();"],
    ["a call as a table", "INSERT INTO t SELECT 1 FROM tidy();"],
    ["a call in VALUES", "INSERT INTO t VALUES (1, tidy());"],
    ["a call in RETURNING", "INSERT INTO t VALUES (1) RETURNING tidy();"],
    ["a call in a default", "CREATE TABLE c (a int DEFAULT tidy());"],
    ["a call in an index", "CREATE INDEX i ON a (tidy(id));"],
    ["a call in a view", "CREATE VIEW v AS SELECT tidy();"],
    ["a scheduled statement", "INSERT INTO cron.job (command) VALUES ('DELETE FROM a');"],
  ])("does not take for shown %s", (_, sql) => {
    expect(findLoss(sql)).toMatchObject({ statement: 1 });
  });

  it("lets the example's seed pass", async () => {
    const file = new URL("../../../examples/users/seed/001_users.sql", import.meta.url);
    expect(findLoss(await readFile(file, "utf8"))).toBeUndefined();
  });

  it("takes for lossy what it cannot take apart", () => {
    expect(findLoss("INSERT INTO a VALUES ('1);")).toEqual({ offset: 22, words: "a string is never closed" });
    expect(findLoss("INSRT INTO a VALUES (1);")).toMatchObject({ words: "no SQL statement begins with INSRT" });
  });
});
