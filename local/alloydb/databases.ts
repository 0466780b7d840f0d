import type { TypedHandlers } from "../api.ts";
import { ApiError } from "../error.ts";
import { readListing } from "../list/listing.ts";
import type { AlloyDbMethods, Database } from "../model/generated/alloydb.ts";
import type { Session } from "../postgres/session.ts";
import type { Context } from "./context.ts";
import { invalid } from "./names.ts";
import { withPrimary } from "./users.ts";

const listStatement = `
  SELECT datname AS name, pg_encoding_to_char(encoding) AS charset, datcollate AS collation, datctype AS character_type,
    datistemplate AS is_template
  FROM pg_database WHERE datallowconn ORDER BY datname`;

/** The methods on the databases of a cluster. */
export function databaseMethods(context: Context) {
  return {
    "google.cloud.alloydb.v1.AlloyDBAdmin.ListDatabases": async (request) => {
      const listing = readListing<Database>("google.cloud.alloydb.v1.Database", request);
      const { parent = "" } = request;
      const databases = await withPrimary(context, parent, (session) => listDatabases(session, parent));
      const page = listing.page(databases, { usual: 100, most: 1000 });
      return { databases: page.items, nextPageToken: page.nextPageToken };
    },
    "google.cloud.alloydb.v1beta.AlloyDBAdmin.CreateDatabase": async ({
      parent = "",
      databaseId = "",
      database = {},
    }) => {
      if (!/^[a-zA-Z_][\w$-]{0,62}$/.test(databaseId)) throw invalid(`database_id "${databaseId}" is invalid`);
      return await withPrimary(context, parent, async (session) => {
        const present = await listDatabases(session, parent);
        const name = `${parent}/databases/${databaseId}`;
        if (present.some((other) => other.name === name)) {
          throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${name}' already exists` });
        }
        await session.query(createStatement(session, databaseId, database));
        return (await listDatabases(session, parent)).find((other) => other.name === name) ?? { name };
      });
    },
  } satisfies TypedHandlers<AlloyDbMethods>;
}

function createStatement(
  session: Session,
  id: string,
  { charset, collation, characterType, databaseTemplate }: Database,
): string {
  const options = [
    charset && `ENCODING ${session.escapeLiteral(charset)}`,
    collation && `LC_COLLATE ${session.escapeLiteral(collation)}`,
    characterType && `LC_CTYPE ${session.escapeLiteral(characterType)}`,
    databaseTemplate && `TEMPLATE ${session.escapeIdentifier(databaseTemplate)}`,
  ].filter(Boolean);
  return `CREATE DATABASE ${session.escapeIdentifier(id)} OWNER alloydbsuperuser ${options.join(" ")}`;
}

interface Row {
  readonly name: string;
  readonly charset: string;
  readonly collation: string;
  readonly character_type: string;
  readonly is_template: boolean;
}

async function listDatabases(session: Session, cluster: string): Promise<Database[]> {
  const { rows } = await session.query<Row>(listStatement);
  return rows.map(({ name, charset, collation, character_type, is_template }) => ({
    name: `${cluster}/databases/${name}`,
    charset,
    collation,
    characterType: character_type,
    isTemplateDatabase: is_template,
  }));
}
