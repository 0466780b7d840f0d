import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Client } from "pg";
import { SeedFailure } from "../../../../functions/jobs/seed/failure.ts";
import type { SignedFetch } from "../../../../functions/jobs/seed/google-cloud.ts";
import { createLog } from "../../../../functions/jobs/seed/log.ts";
import { seedDatabase } from "../../../../functions/jobs/seed/run.ts";
import type { SeedSettings } from "../../../../functions/jobs/seed/settings.ts";
import { DatabaseNode } from "../../../../local/alloydb/database-node.ts";
import { createIssuer, type Issuer } from "../../../../local/postgres/authority.ts";
import { createDataDirectory } from "../../../../local/postgres/postgres.ts";
import { scramVerifier } from "../../../../local/postgres/scram.ts";
import { withSession } from "../../../../local/postgres/session.ts";
import { createServers, type Servers } from "../../../local/postgres/servers.ts";
import { nameOf, pack } from "./pack.ts";

const adminPassword = "administrator's own";
const appPassword = "application's own";
const iamUser = "runner@p.iam";
const users = {
  "001-users.sql":
    "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n",
};

let servers: Servers;
let issuer: Issuer;
let node: DatabaseNode;
let databases = 0;
let database: string;
let lines: string[];

beforeAll(async () => {
  servers = await createServers(205);
  issuer = await createIssuer("cluster");
  node = new DatabaseNode({
    processes: servers.processes,
    installation: servers.installation,
    issuer,
    loopback: servers.fabric.allocate("seeded"),
    privateAddress: "10.20.0.2",
    dataDirectory: `${servers.installation.directory}/seeded`,
    admit: () => ({ error: "nobody" }),
  });
  await createDataDirectory(servers.installation, node.dataDirectory);
  await node.start({ admission: { unencrypted: false, connectorsOnly: false }, parameters: {} });
  const [admin, app] = await Promise.all([scramVerifier(adminPassword), scramVerifier(appPassword)]);
  await withSession(node.adminLogin, async (session) => {
    await session.query(`ALTER ROLE postgres PASSWORD '${admin}'`);
    await session.query(`CREATE ROLE app LOGIN PASSWORD '${app}'`);
    await session.query(`CREATE ROLE "${iamUser}" LOGIN IN ROLE alloydbiamuser`);
  });
}, 30_000);

afterAll(() => servers.stop());

beforeEach(() => {
  databases += 1;
  database = `mydb_${databases}`;
  lines = [];
});

type Files = Parameters<typeof pack>[0];

const lock = { bucket: "b", object: "locks/staging.json", generation: "7", run: "r1" };
const mine = { generation: "7", run: "r1" };
/** How the lock stands when it is read, one after the other, and from then on. */
let locks: readonly ({ readonly generation: string; readonly run: string } | undefined)[];

function readLock(): Response {
  const [held, ...later] = locks;
  if (later.length > 0) locks = later;
  if (!held) return new Response("{}", { status: 404 });
  return Response.json({ run: held.run }, { headers: { "x-goog-generation": held.generation } });
}

/** Answers as Cloud Storage and AlloyDB would, for one packed archive and one authority. */
function googleCloud(packed: Buffer, authority: string): SignedFetch {
  return async (url) => {
    if (url.includes(encodeURIComponent(lock.object))) return readLock();
    if (url.startsWith("https://storage.googleapis.com/")) return new Response(new Uint8Array(packed));
    if (url.endsWith("clusters/c:generateClientCertificate")) return Response.json({ caCert: authority });
    return new Response("{}", { status: 404 });
  };
}

function settingsFor(packed: Buffer, changes: Partial<SeedSettings> = {}): SeedSettings {
  return {
    host: node.loopback,
    port: 5432,
    cluster: "projects/p/locations/r/clusters/c",
    database,
    administrator: { user: "postgres", password: adminPassword },
    archive: { bucket: "b", object: nameOf(packed) },
    application: { auth: "password", user: "app", password: appPassword },
    run: "r1",
    ...changes,
  };
}

async function seed(files: Files, changes: Partial<SeedSettings> = {}, authority = issuer.certificate): Promise<void> {
  const packed = pack(files);
  const log = createLog({ write: (line) => lines.push(line), run: "r1", secrets: [] });
  const patience = { attempts: 2, pause: async () => {} };
  await seedDatabase(settingsFor(packed, changes), { signedFetch: googleCloud(packed, authority), patience, log });
}

async function failure(seeding: Promise<void>): Promise<SeedFailure> {
  const caught = await seeding.catch((error: unknown) => error);
  if (caught instanceof SeedFailure) return caught;
  throw new Error(`expected a SeedFailure, got ${String(caught)}`);
}

async function ask<Row extends object>(sql: string, user = "app", password = appPassword): Promise<Row[]> {
  const client = new Client({ host: node.loopback, database, user, password, ssl: { ca: issuer.certificate } });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const askAdmin = (sql: string) => ask<Record<string, unknown>>(sql, "postgres", adminPassword);

describe("seedDatabase", () => {
  describe("under the lock of a run", () => {
    const files = { ...users, "002-more.sql": "CREATE TABLE more (id int)" };
    const tables = () => askAdmin("SELECT relname FROM pg_class WHERE relname IN ('users', 'more') ORDER BY relname");
    const other = { generation: "8", run: "r2" };

    it("fills while the run holds it, and for the same run when that was resumed", async () => {
      locks = [mine, { generation: "8", run: "r1" }];
      await seed(files, { lock });
      await expect(tables()).resolves.toEqual([{ relname: "more" }, { relname: "users" }]);
    });

    it.each([
      ["another run holds it", other],
      ["nobody holds it", undefined],
    ])("keeps nothing more of a file that is being applied once %s", async (_what, then) => {
      // Asked before the database is made, before the first file, and before each is kept.
      locks = [mine, mine, mine, then];
      await expect(failure(seed(files, { lock }))).resolves.toMatchObject({ kind: "lost" });
      await expect(tables()).resolves.toEqual([{ relname: "users" }]);
      await expect(askAdmin("SELECT file FROM alloyrun.alloyrun_seed")).resolves.toEqual([{ file: "001-users.sql" }]);
    });

    it("runs no further statement of a file without a transaction", async () => {
      const text = "-- alloyrun: no-transaction\nCREATE TABLE users (id int);\nCREATE TABLE more (id int);";
      locks = [mine, mine, mine, other];
      await expect(failure(seed({ "001.sql": text }, { lock }))).resolves.toMatchObject({ kind: "lost" });
      await expect(tables()).resolves.toEqual([{ relname: "users" }]);
    });

    it("makes no database, and grants nothing", async () => {
      locks = [other];
      await expect(failure(seed(files, { lock }))).resolves.toMatchObject({ kind: "lost" });
      await expect(askAdmin("SELECT 1")).rejects.toThrow("does not exist");
      locks = [mine, mine, mine, mine, other];
      await expect(failure(seed(files, { lock }))).resolves.toMatchObject({ kind: "lost" });
      await expect(ask("SELECT FROM users")).rejects.toThrow("permission denied");
    });
  });

  it("creates the database, applies the files and lets the application read and write", async () => {
    await seed(users);
    await expect(ask("SELECT * FROM users")).resolves.toEqual([{ id: "3", name: "sasashun" }]);
    await expect(ask("INSERT INTO users VALUES ('4', 'b') RETURNING id")).resolves.toEqual([{ id: "4" }]);
  });

  it("applies nothing twice and only what is new", async () => {
    await seed(users);
    await seed({ ...users, "002-more.sql": "INSERT INTO users VALUES ('5', 'c')" });
    await expect(ask("SELECT id FROM users ORDER BY id")).resolves.toEqual([{ id: "3" }, { id: "5" }]);
    await expect(askAdmin("SELECT file FROM alloyrun.alloyrun_seed ORDER BY file")).resolves.toEqual([
      { file: "001-users.sql" },
      { file: "002-more.sql" },
    ]);
  });

  it("gives rights on tables and sequences of every schema, those to come included", async () => {
    await seed({ "1.sql": "CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial)" });
    await seed({
      "1.sql": "CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial)",
      "2.sql": "CREATE TABLE shop.late (id serial)",
    });
    await expect(ask("INSERT INTO shop.late DEFAULT VALUES RETURNING id")).resolves.toEqual([{ id: 1 }]);
    await askAdmin("CREATE TABLE shop.later (id serial)");
    await expect(ask("INSERT INTO shop.later DEFAULT VALUES RETURNING id")).resolves.toEqual([{ id: 1 }]);
  });

  it("keeps the ledger from the application", async () => {
    await seed(users);
    await expect(ask("SELECT * FROM alloyrun.alloyrun_seed")).rejects.toThrow("permission denied");
  });

  it("names file, statement and line of what fails, and keeps nothing of that file", async () => {
    const broken = {
      ...users,
      "002-broken.sql":
        "CREATE TABLE t (id int);\n-- a comment\nINSERT INTO t VALUES (1);\nINSERT INTO t\nVALUES (1 / 0);",
    };
    const { kind, message, facts } = await failure(seed(broken));
    expect(kind).toBe("sql");
    expect(message).toContain("002-broken.sql, statement 3, line 4: division by zero");
    expect(facts).toEqual({ file: "002-broken.sql", statement: 3, line: 4, code: "22012" });
    await expect(askAdmin("SELECT to_regclass('t') AS t, to_regclass('users') IS NOT NULL AS users")).resolves.toEqual([
      { t: null, users: true },
    ]);
  });

  it("continues after the failed file has been mended", async () => {
    await failure(seed({ ...users, "002.sql": "INSERT INTO nowhere VALUES (1)" }));
    await seed({ ...users, "002.sql": "INSERT INTO users VALUES ('6', 'd')" });
    await expect(ask("SELECT count(*)::int AS n FROM users")).resolves.toEqual([{ n: 2 }]);
  });

  it("finds the line of an error inside a statement", async () => {
    const { message } = await failure(seed({ "1.sql": "SELECT 1;\nSELECT\n  nope;" }));
    expect(message).toContain(`1.sql, statement 2, line 3: column "nope" does not exist`);
  });

  it("refuses an applied file that has changed, before it applies anything", async () => {
    await seed(users);
    const changed = { "001-users.sql": "CREATE TABLE users (id int)", "002.sql": "CREATE TABLE t (id int)" };
    await expect(failure(seed(changed))).resolves.toMatchObject({ kind: "checksum", facts: { file: "001-users.sql" } });
    await expect(askAdmin("SELECT to_regclass('t') AS t")).resolves.toEqual([{ t: null }]);
  });

  it("refuses a COMMIT, which would keep half a file", async () => {
    const { kind, message } = await failure(seed({ "1.sql": "CREATE TABLE t (id int);\ncommit;\nSELECT nope" }));
    expect(kind).toBe("sql");
    expect(message).toContain("1.sql, statement 2, line 2: remove commit");
  });

  it("runs a file without a transaction when it says so", async () => {
    await seed({
      ...users,
      "002.sql": "-- alloyrun: no-transaction\nCREATE INDEX CONCURRENTLY by_name ON users (name);",
    });
    await expect(askAdmin("SELECT to_regclass('by_name') IS NOT NULL AS made")).resolves.toEqual([{ made: true }]);
  });

  it("names the limit when an extension is not there", async () => {
    const { message } = await failure(seed({ "1.sql": "CREATE EXTENSION vector" }));
    expect(message).toContain("1.sql, statement 1, line 1");
    expect(message).toContain("does not ship vector");
  });

  it("checks an IAM user's rights without logging in as it", async () => {
    await seed(users, { application: { auth: "iam", user: iamUser } });
    const sql = `SELECT has_table_privilege('${iamUser}', 'users', 'INSERT') AS may`;
    await expect(askAdmin(sql)).resolves.toEqual([{ may: true }]);
  });

  it("names the application's user when there is none", async () => {
    const { kind, message } = await failure(seed(users, { application: { auth: "iam", user: "nobody" } }));
    expect(kind).toBe("sql");
    expect(message).toContain(`"nobody" does not exist`);
  });

  it("does the grants when there are no files", async () => {
    await seed({}, { archive: undefined });
    await expect(ask("SELECT 1 AS one")).resolves.toEqual([{ one: 1 }]);
  });

  it.each([
    ["the administrator", { administrator: { user: "postgres", password: "wrong-1" } }],
    ["the application", { application: { auth: "password" as const, user: "app", password: "wrong-1" } }],
  ])("says so when the password of %s is wrong, without repeating it", async (_, changes) => {
    const { kind, message } = await failure(seed(users, changes));
    expect(kind).toBe("login");
    expect(message + lines.join("")).not.toContain("wrong-1");
  });

  it("does not talk to a server that another authority vouches for", async () => {
    const { certificate } = await createIssuer("somebody else");
    const { kind, message } = await failure(seed(users, {}, certificate));
    expect(kind).toBe("connect");
    expect(message).toMatch(/certificate|signature/);
  });

  it("tries again and gives up when nobody listens", async () => {
    const { kind } = await failure(seed(users, { host: servers.fabric.allocate("nobody") }));
    expect(kind).toBe("connect");
    expect(lines.filter((line) => line.includes("trying again"))).toHaveLength(1);
  });

  it("refuses an archive that is not the promised one", async () => {
    const archive = { bucket: "b", object: nameOf(pack({})) };
    await expect(failure(seed(users, { archive }))).resolves.toMatchObject({ kind: "checksum" });
  });
});
