import * as z from "zod";
import { duration, folder, resourceId, sqlName, text } from "./scalars.ts";

/** Machine types of AlloyDB; the first number is that of the vCPUs. */
const machineTypes = [
  ...[2, 4, 8, 16, 32, 64, 96, 128].map((cpus) => `n2-highmem-${cpus}`),
  "c4a-highmem-1",
  ...[4, 8, 16, 32, 48, 64, 72].map((cpus) => `c4a-highmem-${cpus}-lssd`),
  ...[14, 22, 44, 88].map((cpus) => `z3-highmem-${cpus}-standardlssd`),
];

const machineSchema = {
  cpuCount: z
    .literal([1, 2, 4, 8, 14, 16, 22, 32, 44, 48, 64, 72, 88, 96, 128])
    .optional()
    .describe("vCPUs of a node, each with 8 GB of memory. Left out: those of `machineType`, or 2."),
  machineType: z.enum(machineTypes).optional().describe("Machine type of a node. Left out: an N2 that has the vCPUs."),
  flags: z
    .record(text(/^[a-z][a-z0-9_.]{0,99}$/, "must be a database flag's name", "work_mem"), z.string())
    .default({})
    .describe('Database flags, for example `log_min_duration_statement: "500"`.'),
};

const instanceSchema = z.strictObject({
  name: resourceId(63, "my-alloyins").optional().describe("Name of the instance. Left out: `<environment>-primary`."),
  ...machineSchema,
  availability: z
    .enum(["ZONAL", "REGIONAL"])
    .default("ZONAL")
    .describe("`ZONAL` runs one node, `REGIONAL` two in different zones at twice the price."),
  zone: z
    .string()
    .optional()
    .describe("Zone of a `ZONAL` instance, such as asia-northeast1-b. Left out: Google chooses."),
});

const readPoolSchema = z.strictObject({
  name: resourceId(63, "my-pool").optional().describe("Name of the read pool. Left out: `<environment>-read-pool`."),
  nodeCount: z.int().min(1).max(20).default(1).describe("Nodes of the read pool."),
  ...machineSchema,
});

const loginSchema = z.strictObject({
  user: sqlName(63, "app")
    .optional()
    .describe("Name under which the application logs in with `auth: password`. Left out: `app`."),
  auth: z
    .enum(["password", "iam"])
    .default("password")
    .describe(
      "`password`: generated in Google Cloud and kept in Secret Manager. `iam`: the service's account, no password.",
    ),
});

/** The `database` section: the AlloyDB cluster, its instances and what is in them. */
export const databaseSchema = z.strictObject({
  cluster: resourceId(63, "my-alloycls").optional().describe("Name of the cluster. Left out: `<environment>-cluster`."),
  version: z
    .enum(["POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"])
    .default("POSTGRES_16")
    .describe("Version of PostgreSQL."),
  instance: instanceSchema.prefault({}).describe("The primary instance."),
  readPool: readPoolSchema.optional().describe("A read pool beside the primary instance. Left out: none."),
  name: sqlName(56, "mydb")
    .default("app")
    .describe("Name of the database; rebuilt ones are `<name>_g2`, `<name>_g3` and so on."),
  login: loginSchema.prefault({}).describe("How the application logs in; never as postgres."),
  seed: z
    .strictObject({
      directory: folder("./seed").describe("Folder of .sql files, applied in the order of their names, each once."),
      timeout: duration("10m").default("10m").describe("Longest time that the seed may take, up to 24h."),
    })
    .describe("What fills the database."),
});
