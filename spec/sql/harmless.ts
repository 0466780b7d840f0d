/** The kinds of object whose making runs nothing that others have written, as far as no function is called in it. */
export const harmlessKinds = new Set(["TABLE", "INDEX", "SCHEMA", "SEQUENCE", "VIEW", "DOMAIN", "TYPE"]);

/** What may stand between CREATE and the kind. `OR REPLACE` may not: it overwrites what is there. */
export const modifiers = new Set(["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "UNIQUE", "MATERIALIZED"]);

/**
 * Built-in functions that change nothing, run no text that they are given, and have no FROM among what they are given, which
 * names tables elsewhere. Whoever makes another one of the same name needs CREATE FUNCTION, which is not harmless.
 *
 * @see https://www.postgresql.org/docs/current/functions.html
 */
export const pureFunctions = new Set([
  ...["NOW", "CURRENT_TIMESTAMP", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME", "CLOCK_TIMESTAMP", "AGE"],
  ...["DATE_TRUNC", "DATE_PART", "MAKE_DATE", "MAKE_INTERVAL", "TO_DATE", "TO_TIMESTAMP", "TO_CHAR"],
  ...["GEN_RANDOM_UUID", "GENERATE_SERIES", "UNNEST", "RANDOM", "NEXTVAL", "MD5", "SHA256", "ENCODE", "DECODE"],
  ...["LOWER", "UPPER", "INITCAP", "BTRIM", "LTRIM", "RTRIM", "LPAD", "RPAD", "LEFT", "RIGHT", "LENGTH"],
  ...["CHAR_LENGTH", "SUBSTR", "REPLACE", "REPEAT", "CONCAT", "CONCAT_WS", "CHR", "TO_TSVECTOR"],
  ...["COALESCE", "NULLIF", "GREATEST", "LEAST", "CAST", "ABS", "CEIL", "CEILING", "FLOOR", "ROUND", "TRUNC", "MOD"],
  ...["POWER", "SQRT", "TO_NUMBER", "COUNT", "SUM", "MIN", "MAX", "AVG", "ARRAY_AGG", "STRING_AGG"],
  ...["TO_JSON", "TO_JSONB", "JSON_BUILD_OBJECT", "JSON_BUILD_ARRAY", "JSONB_BUILD_OBJECT", "JSONB_BUILD_ARRAY"],
]);

/** Types that are followed by their length or precision. */
export const sizedTypes = new Set([
  ...["VARCHAR", "CHAR", "CHARACTER", "VARYING", "BPCHAR", "BIT", "NUMERIC", "DECIMAL", "DEC", "FLOAT"],
  ...["TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "VECTOR", "HALFVEC", "GEOMETRY", "GEOGRAPHY"],
]);

/**
 * Words that are followed by a parenthesis and that no function can be called by without quotes.
 *
 * @see https://www.postgresql.org/docs/current/sql-keywords-appendix.html
 */
export const reservedWords = new Set([
  ...["ALL", "AND", "ANY", "AS", "BETWEEN", "CASE", "CHECK", "DEFAULT", "DISTINCT", "ELSE", "EXCEPT", "EXISTS"],
  ...["FROM", "HAVING", "IN", "INTERSECT", "JOIN", "LATERAL", "LIKE", "ILIKE", "LIMIT", "NOT", "OFFSET", "ON", "OR"],
  ...[
    "RETURNING",
    "ROW",
    "SELECT",
    "SOME",
    "THEN",
    "TO",
    "UNION",
    "UNIQUE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
  ],
]);

/** Other words that are, each with those that it must follow: alone, a function may have their name. */
export const wordsAfter: Readonly<Record<string, readonly string[] | undefined>> = {
  KEY: ["PRIMARY", "FOREIGN"],
  BY: ["GROUP", "ORDER"],
  RANGE: ["BY"],
  LIST: ["BY"],
  HASH: ["BY"],
  CONFLICT: ["ON"],
};

/** What a name follows that has its columns, or its own parameters, in parentheses: no function is called there. */
export const namesListed = new Set([
  "TABLE",
  "EXISTS",
  "INTO",
  "REFERENCES",
  "VIEW",
  "AS",
  "WITH",
  "RECURSIVE",
  "USING",
]);

/** What a name of several parts follows where it is no column: elsewhere `a.b` may call the function b for a row of a. */
export const namesQualified = new Set([
  ...[...namesListed, "FROM", "JOIN", "INDEX", "SEQUENCE", "TYPE", "DOMAIN", "OF"],
]);
