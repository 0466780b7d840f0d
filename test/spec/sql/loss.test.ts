import { describe, expect, it } from "@jest/globals";
import { findLoss } from "../../../spec/sql/loss.ts";

describe("findLoss", () => {
  it.each([
    ["what only creates and inserts", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (2);"],
    ["what happens to references", "CREATE TABLE b (id int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);"],
    ["strings and comments", "-- DELETE FROM a\nINSERT INTO a VALUES ('; DROP TABLE a; ', $$TRUNCATE a$$) /* DROP */;"],
    ["a function that reads", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT count(*) FROM a $$;"],
    ["a trigger on changes", "CREATE TRIGGER t BEFORE UPDATE OR DELETE ON a FOR EACH ROW EXECUTE FUNCTION f();"],
    ["what is left alone when it is there", "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;"],
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

  it("takes for lossy what it cannot take apart", () => {
    expect(findLoss("INSERT INTO a VALUES ('1);")).toEqual({ offset: 22, words: "a string is never closed" });
    expect(findLoss("INSRT INTO a VALUES (1);")).toMatchObject({ words: "no SQL statement begins with INSRT" });
  });
});
