import pg from "pg";
import type { TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import type { AlloyDbMethods, ExecuteSqlResponse, SqlResult } from "../model/generated/alloydb.ts";
import { withSession } from "../postgres/session.ts";
import type { Context } from "./context.ts";
import { getInstance } from "./instances.ts";
import { clusterOf, invalid, unready } from "./names.ts";

/** Values stay the text that the server sends. */
const asText = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

const typeNames = new Map(Object.entries(pg.types.builtins).map(([name, oid]) => [oid, name]));

/**
 * The method that runs SQL as a database user. Several statements run in one transaction; what PostgreSQL refuses, the
 * login included, is told in the answer's metadata and not as an error of the call.
 */
export function executeSqlMethods(context: Context) {
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ExecuteSql": async (request) => {
      const { instance = "", database = "", user = "", password, sqlStatement = "", validateOnly } = request;
      const { resource } = getInstance(context, instance);
      if (resource.state !== "READY")
        throw unready(`instance ${instance} is not READY: its state is ${resource.state}`);
      if (password === undefined || user === "") throw invalid("user and password are required");
      if (validateOnly) return { metadata: { status: "OK" } };
      const { root } = await context.fleet.authorities(clusterOf(instance));
      const address = context.fleet.node(instance).loopback;
      const began = performance.now();
      const answer = await run({ address, database, user, password, serverAuthority: root.certificate }, sqlStatement);
      const seconds = ((performance.now() - began) / 1000).toFixed(6);
      return { ...answer, metadata: { ...answer.metadata, sqlStatementExecutionDuration: `${seconds}s` } };
    },
  } satisfies TypedHandlers<AlloyDbMethods>;
}

async function run(login: Parameters<typeof withSession>[0], statement: string): Promise<ExecuteSqlResponse> {
  try {
    const results = await withSession(login, async (session) => {
      const found = await session.query({ text: statement, rowMode: "array", types: asText });
      return [found].flat() as pg.QueryArrayResult[];
    });
    return { sqlResults: results.map(toSqlResult), metadata: { status: "OK" } };
  } catch (caught) {
    if (!(caught instanceof pg.DatabaseError)) {
      throw new ApiError({ code: "UNAVAILABLE", message: "the instance does not answer", cause: caught });
    }
    return {
      metadata: { status: "ERROR", message: `${caught.severity}: ${caught.message} (SQLSTATE ${caught.code})` },
    };
  }
}

function toSqlResult({ fields, rows }: pg.QueryArrayResult): SqlResult {
  return {
    columns: fields.map(({ name, dataTypeID }) => ({ name, type: typeNames.get(dataTypeID) ?? `${dataTypeID}` })),
    rows: rows.map((row: readonly (string | null)[]) => ({
      values: row.map((value) => (value === null ? { nullValue: true } : { value })),
    })),
  };
}
