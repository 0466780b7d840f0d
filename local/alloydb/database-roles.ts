import { adminRole, replicaRole } from "../postgres/host-rules.ts";
import type { Session } from "../postgres/session.ts";

/** A role of a database that can log in. */
export interface DatabaseRole {
  readonly name: string;
  /** Roles it is a member of, in order of name. */
  readonly memberOf: readonly string[];
}

/** What a role is to be; what is absent stays. */
export interface WantedRole {
  readonly name: string;
  readonly verifier?: string;
  readonly memberOf?: readonly string[];
  /** Whether memberships that are not wanted stay. */
  readonly keepsOthers?: boolean;
}

const listStatement = `
  SELECT r.rolname AS name,
    coalesce(array_agg(g.rolname::text ORDER BY g.rolname) FILTER (WHERE g.rolname IS NOT NULL), '{}') AS member_of
  FROM pg_roles r
  LEFT JOIN pg_auth_members m ON m.member = r.oid
  LEFT JOIN pg_roles g ON g.oid = m.roleid
  WHERE r.rolcanlogin AND r.rolname NOT IN ('${adminRole}', '${replicaRole}')
  GROUP BY r.rolname ORDER BY r.rolname`;

/** The roles that can log in, except the machinery's own. */
export async function listRoles(session: Session): Promise<DatabaseRole[]> {
  const { rows } = await session.query<{ name: string; member_of: string[] }>(listStatement);
  return rows.map(({ name, member_of }) => ({ name, memberOf: member_of }));
}

/** Those of the names that no role has. */
export async function missingRoles(session: Session, names: readonly string[]): Promise<string[]> {
  const { rows } = await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  const present = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !present.has(name));
}

/** Makes a role, or makes it what is wanted, in one transaction. */
export async function ensureRole(session: Session, wanted: WantedRole): Promise<void> {
  const role = session.escapeIdentifier(wanted.name);
  await session.query("BEGIN");
  try {
    const isMissing = (await missingRoles(session, [wanted.name])).length > 0;
    if (isMissing) await session.query(`CREATE ROLE ${role} LOGIN`);
    if (wanted.verifier !== undefined) {
      await session.query(`ALTER ROLE ${role} LOGIN PASSWORD ${session.escapeLiteral(wanted.verifier)}`);
    }
    if (wanted.memberOf) await setMemberships(session, wanted.name, wanted);
    await session.query("COMMIT");
  } catch (caught) {
    await session.query("ROLLBACK");
    throw caught;
  }
}

async function setMemberships(
  session: Session,
  name: string,
  { memberOf = [], keepsOthers }: WantedRole,
): Promise<void> {
  const role = session.escapeIdentifier(name);
  const present = (await listRoles(session)).find((other) => other.name === name)?.memberOf ?? [];
  const gone = keepsOthers ? [] : present.filter((group) => !memberOf.includes(group));
  const added = memberOf.filter((group) => !present.includes(group));
  for (const group of gone) await session.query(`REVOKE ${session.escapeIdentifier(group)} FROM ${role}`);
  for (const group of added) await session.query(`GRANT ${session.escapeIdentifier(group)} TO ${role}`);
  // Rights to make databases and roles are attributes, which members of a role do not inherit.
  const administers = memberOf.includes("alloydbsuperuser") || (keepsOthers && present.includes("alloydbsuperuser"));
  await session.query(`ALTER ROLE ${role} ${administers ? "CREATEDB CREATEROLE" : "NOCREATEDB NOCREATEROLE"}`);
}

/** @throws DatabaseError 2BP01 while the role owns anything */
export async function dropRole(session: Session, name: string): Promise<void> {
  await session.query(`DROP ROLE ${session.escapeIdentifier(name)}`);
}

/** Whether a user of the database is the role of a principal, which has no password of its own. */
export async function isPrincipalRole(session: Session, name: string): Promise<boolean> {
  const statement = "SELECT pg_has_role(oid, 'alloydbiamuser', 'MEMBER') AS principal FROM pg_roles WHERE rolname = $1";
  const { rows } = await session.query<{ readonly principal: boolean }>(statement, [name]);
  return rows[0]?.principal === true;
}
