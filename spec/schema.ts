import { z } from "zod";

const id = (pattern: RegExp, says: string) => z.string().regex(pattern, says);
const rfc1035 = (longest: number) =>
  id(
    new RegExp(`^[a-z]([-a-z0-9]{0,${longest - 2}}[a-z0-9])?$`),
    `must be 1 to ${longest} lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen`,
  );
const range = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "must be an IPv4 range such as 192.168.100.0/28");
const duration = z.string().regex(/^[1-9]\d{0,4}(s|m|h|d)$/, "must be a number with s, m, h or d, such as 72h");
const folder = z.string().min(1, "must name a folder, relative to this file");

const labels = z
  .record(
    id(/^[a-z][-_a-z0-9]{0,62}$/, "must be a label key: 1 to 63 lower-case letters, digits, - or _, a letter first"),
    id(/^[-_a-z0-9]{0,63}$/, "must be a label value: at most 63 lower-case letters, digits, - or _"),
  )
  .describe("Labels written, beside alloyrun's own, on everything that takes labels.");

const metadataSchema = z.strictObject({
  name: rfc1035(30).describe(
    "Name of the environment, unique in the project. Names that are not given derive from it.",
  ),
  labels: labels.default({}),
});

const subnetSchema = z.strictObject({
  name: rfc1035(63).optional().describe("Name of the subnet."),
  range: range.optional().describe("IPv4 range of the subnet, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."),
});

const networkSchema = z.strictObject({
  name: rfc1035(63).optional().describe("Name of the VPC network that the environment makes."),
  existing: id(
    /^projects\/[a-z][-a-z0-9]{4,28}[a-z0-9]\/global\/networks\/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "must look like projects/<project>/global/networks/<network>",
  )
    .optional()
    .describe(
      "Full name of a network that is already there, instead of `name`. It is checked, never changed or removed.",
    ),
  subnet: subnetSchema
    .optional()
    .describe(
      "Subnet of the connector: exactly a /28 that nothing else uses. In an existing network it must be there.",
    ),
  serviceRange: z
    .strictObject({
      name: rfc1035(63).optional().describe("Name of the reserved range."),
      range: range.optional().describe("IPv4 range for AlloyDB, /24 or wider."),
    })
    .optional()
    .describe("Range reserved for private services access, in which AlloyDB takes its addresses."),
});

const connectorSchema = z.strictObject({
  name: rfc1035(25).optional().describe("Name of the Serverless VPC Access connector."),
  minInstances: z.int().min(2).max(9).default(2).describe("Fewest machines of the connector; always billed."),
  maxInstances: z.int().min(3).max(10).default(3).describe("Most machines of the connector; more than minInstances."),
  machineType: z
    .enum(["f1-micro", "e2-micro", "e2-standard-4"])
    .default("e2-micro")
    .describe("Machine type of the connector."),
});

const egressSchema = z.strictObject({
  connector: connectorSchema
    .optional()
    .describe("Reach the VPC through a Serverless VPC Access connector. This is the default."),
  direct: z
    .strictObject({ subnet: subnetSchema.default({}).describe("Subnet of the service's own addresses, /26 or wider.") })
    .optional()
    .describe("Reach the VPC directly (Direct VPC egress), instead of `connector`. Nothing is billed while idle."),
  traffic: z
    .enum(["all", "private-ranges"])
    .default("all")
    .describe("What the service sends through the VPC; with `all` it reaches the internet only where the VPC does."),
});

const serviceAccountId = id(
  /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
  "must be 6 to 30 lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen",
);

const machineTypes = [
  ...[2, 4, 8, 16, 32, 64, 96, 128].map((cpus) => `n2-highmem-${cpus}`),
  "c4a-highmem-1",
  ...[4, 8, 16, 32, 48, 64, 72].map((cpus) => `c4a-highmem-${cpus}-lssd`),
  ...[14, 22, 44, 88].map((cpus) => `z3-highmem-${cpus}-standardlssd`),
];

const machineSchema = {
  cpuCount: z
    .literal([1, 2, 4, 8, 14, 16, 22, 32, 44, 48, 64, 72, 88, 96, 128])
    .default(2)
    .describe("vCPUs of a node."),
  machineType: z
    .enum(machineTypes)
    .optional()
    .describe("Machine type of a node; its vCPUs equal `cpuCount`. Left out, an N2."),
  flags: z
    .record(id(/^[a-z][a-z0-9_.]{0,99}$/, "must be a database flag's name"), z.string())
    .default({})
    .describe('Database flags, for example `log_min_duration_statement: "500"`.'),
};

const instanceSchema = z.strictObject({
  name: rfc1035(63).optional().describe("Name of the primary instance."),
  ...machineSchema,
  availability: z
    .enum(["ZONAL", "REGIONAL"])
    .default("ZONAL")
    .describe("ZONAL runs one node, REGIONAL two in different zones (twice the price)."),
  zone: z.string().optional().describe("Zone of a ZONAL instance, for example asia-northeast1-b."),
});

const readPoolSchema = z.strictObject({
  name: rfc1035(63).optional().describe("Name of the read pool instance."),
  nodeCount: z.int().min(1).max(20).default(1).describe("Nodes of the read pool."),
  ...machineSchema,
});

const loginSchema = z.strictObject({
  user: id(/^[a-z_][a-z0-9_]{0,62}$/, "must be 1 to 63 lower-case letters, digits or _, a letter or _ first")
    .optional()
    .describe("Name under which the application logs in with `auth: password`."),
  auth: z
    .enum(["password", "iam"])
    .default("password")
    .describe(
      "`password`: generated in Google Cloud, kept in Secret Manager. `iam`: the service's account, no password at all.",
    ),
});

const databaseSchema = z.strictObject({
  cluster: rfc1035(63).optional().describe("Name of the AlloyDB cluster."),
  version: z
    .enum(["POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"])
    .default("POSTGRES_16")
    .describe("Version of PostgreSQL."),
  instance: instanceSchema.prefault({}).describe("The primary instance."),
  readPool: readPoolSchema.optional().describe("A read pool beside the primary; none when left out."),
  name: id(/^[a-z_][a-z0-9_]{0,55}$/, "must be 1 to 56 lower-case letters, digits or _, a letter or _ first")
    .default("app")
    .describe("Name of the database. Rebuilt ones are called <name>_g2, <name>_g3 and so on."),
  login: loginSchema.prefault({}).describe("How the application logs in; never as postgres."),
  seed: z
    .strictObject({
      directory: folder.describe("Folder of .sql files, run in the order of their names inside the VPC."),
      timeout: duration.default("10m").describe("Longest time that the seed may take, up to 24h."),
    })
    .describe("What fills the database."),
});

const envName = id(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be an environment variable's name: letters, digits and _");

const serviceSchema = z.strictObject({
  name: rfc1035(49).optional().describe("Name of the Cloud Run service."),
  source: folder.optional().describe("Folder of the application, built with buildpacks. Either this or `image`."),
  image: z
    .string()
    .optional()
    .describe("Image by digest, such as …-docker.pkg.dev/p/r/app@sha256:…. Either this or `source`."),
  port: z.int().min(1).max(65535).default(8080).describe("Port on which the application listens; it is told in PORT."),
  public: z.boolean().default(false).describe("Whether anybody may call the service without signing in."),
  invokers: z
    .array(id(/^(user|group|serviceAccount|domain):\S+$/, "must be a member such as group:team@example.com"))
    .default([])
    .describe("Who may call the service when it is not public."),
  executionEnvironment: z.enum(["gen1", "gen2"]).default("gen2").describe("Generation of Cloud Run's sandbox."),
  cpu: z.literal([1, 2, 4, 8]).default(1).describe("vCPUs of the application's container."),
  memory: id(/^[1-9]\d{0,4}(Mi|Gi)$/, "must be an amount such as 512Mi or 2Gi")
    .default("512Mi")
    .describe("Memory of the application's container."),
  minInstances: z.int().min(0).max(1000).default(0).describe("Instances kept warm; billed while idle."),
  maxInstances: z.int().min(1).max(1000).default(10).describe("Most instances at a time."),
  concurrency: z.int().min(1).max(1000).default(80).describe("Requests that an instance serves at a time."),
  timeout: duration.default("5m").describe("Longest time that a request may take, up to 1h."),
  env: z.record(envName, z.string()).default({}).describe("Environment variables of the application."),
  secrets: z
    .record(
      envName,
      z.strictObject({
        secret: id(/^[A-Za-z0-9_-]{1,255}$/, "must be a secret's id: letters, digits, - or _").describe(
          "Id of the secret.",
        ),
        version: z
          .int()
          .min(1)
          .describe("Number of its version; a number, so that every instance sees the same value."),
      }),
    )
    .default({})
    .describe("Environment variables taken from secrets that are already there."),
  smoke: z
    .strictObject({
      path: id(/^\/\S*$/, "must begin with /")
        .default("/")
        .describe("Path that is asked."),
      expect: z
        .strictObject({
          status: z.int().min(100).max(599).default(200).describe("Status that must come back."),
          contains: z.string().min(1).optional().describe("Text that the answer must contain."),
        })
        .prefault({})
        .describe("What proves that the service works."),
    })
    .prefault({})
    .describe("Request that a new revision must answer before it gets traffic."),
});

const policySchema = z.strictObject({
  approval: z
    .strictObject({
      when: z
        .array(z.enum(["always", "data-loss", "downtime", "cost"]))
        .default([])
        .describe("Kinds of change that a person must approve."),
      costPerDay: z.number().positive().optional().describe("USD a day above which `cost` asks."),
      approvers: z
        .array(id(/^(user|group):\S+@\S+$/, "must be a member such as group:team@example.com"))
        .default([])
        .describe("Who may approve; whoever may use the installation when empty."),
      timeout: duration.default("7d").describe("How long an approval is waited for."),
    })
    .prefault({})
    .describe("When a person is asked first."),
  timeToLive: duration
    .optional()
    .describe("Age at which the environment is removed, for example 72h; kept when left out."),
  rebuild: z
    .strictObject({
      schedule: z.string().describe("When to rebuild, as five cron fields."),
      timeZone: z.string().default("Etc/UTC").describe("Time zone of the schedule."),
      level: z.enum(["app", "data", "database", "all"]).default("data").describe("How much is built anew."),
      finishBy: id(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 08:30")
        .optional()
        .describe("Time of day, in the same time zone, by which the rebuild must be done."),
    })
    .optional()
    .describe("Regular rebuilds; none when left out."),
  protect: z.boolean().default(false).describe("Refuse whatever removes the environment or loses its data."),
});

/** The whole of `environment.yaml` as a person writes it: strict, with every default that depends on nothing else. */
export const environmentSchema = z.strictObject({
  apiVersion: z.literal("alloyrun/v1").describe("Version of this format."),
  kind: z.literal("Environment").describe("What the file describes."),
  metadata: metadataSchema.describe("Name and labels."),
  spec: z
    .strictObject({
      project: id(
        /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
        "must be a project id: 6 to 30 lower-case letters, digits or hyphens, a letter first",
      ).describe("Project in which everything is made."),
      region: z.string().describe("Region in which everything is made, for example asia-northeast1."),
      network: networkSchema.prefault({}).describe("The VPC network."),
      egress: egressSchema.prefault({}).describe("How the service reaches the VPC."),
      identity: z
        .strictObject({
          serviceAccount: serviceAccountId.optional().describe("Id of the account that the service runs as."),
        })
        .prefault({})
        .describe("As whom the service runs; the seed job has an account of its own."),
      database: databaseSchema.describe("The AlloyDB cluster, its instances and what is in them."),
      service: serviceSchema.describe("The Cloud Run service."),
      policy: policySchema.prefault({}).describe("When to ask, to rebuild and to remove."),
    })
    .describe("What is wanted."),
});

/** A valid file after parsing: defaults that depend on nothing else are filled in, derived ones are not. */
export type EnvironmentFile = z.output<typeof environmentSchema>;

/** What the user wants, complete: every default resolved, every name derived, units in plain numbers. */
export interface Spec {
  /** Name of the environment. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly project: string;
  readonly region: string;
  readonly network: NetworkSpec;
  readonly egress: ConnectorEgressSpec | DirectEgressSpec;
  readonly identity: { readonly serviceAccount: string; readonly seedAccount: string };
  readonly database: DatabaseSpec;
  readonly service: ServiceSpec;
  readonly policy: PolicySpec;
}

/** The network that everything attaches to; names are ids. */
export interface NetworkSpec {
  /** Project of the network; another one when `existing` names a shared network. */
  readonly project: string;
  readonly name: string;
  /** Whether the network was there before: then it is checked and never changed or removed. */
  readonly existing: boolean;
  /** Subnets to make, or to find in an existing network; the range is absent when only the name is known. */
  readonly subnets: readonly SubnetSpec[];
  /** Absent in an existing network whose ranges AlloyDB may choose from. */
  readonly serviceRange?: { readonly name: string; readonly range?: string };
}

/** One subnet. */
export interface SubnetSpec {
  readonly name: string;
  readonly range?: string;
}

/** Egress through a Serverless VPC Access connector. */
export interface ConnectorEgressSpec {
  readonly kind: "connector";
  readonly traffic: "all" | "private-ranges";
  readonly name: string;
  readonly subnet: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly machineType: "f1-micro" | "e2-micro" | "e2-standard-4";
}

/** Direct VPC egress. */
export interface DirectEgressSpec {
  readonly kind: "direct";
  readonly traffic: "all" | "private-ranges";
  readonly subnet: string;
}

/** Size of an AlloyDB node. */
export interface MachineSpec {
  readonly cpuCount: number;
  readonly machineType?: string;
  readonly flags: Readonly<Record<string, string>>;
}

/** The AlloyDB cluster and what is in it. */
export interface DatabaseSpec {
  readonly cluster: string;
  readonly version: EnvironmentFile["spec"]["database"]["version"];
  readonly instance: MachineSpec & {
    readonly name: string;
    readonly availability: "ZONAL" | "REGIONAL";
    readonly zone?: string;
  };
  readonly readPool?: MachineSpec & { readonly name: string; readonly nodeCount: number };
  readonly name: string;
  /** The name as PostgreSQL knows it; with `iam` the service account's address without `.gserviceaccount.com`. */
  readonly login: { readonly user: string; readonly auth: "password" | "iam" };
  readonly seed: { readonly directory: string; readonly timeoutSeconds: number };
}

/** The Cloud Run service; exactly one of `source` and `image` is there. */
export interface ServiceSpec {
  readonly name: string;
  readonly source?: string;
  readonly image?: string;
  readonly port: number;
  readonly public: boolean;
  readonly invokers: readonly string[];
  readonly executionEnvironment: "gen1" | "gen2";
  readonly cpu: number;
  readonly memory: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly secret: string; readonly version: number }>>;
  readonly smoke: SmokeSpec;
}

/** The request that a revision must answer before it gets traffic. */
export interface SmokeSpec {
  readonly path: string;
  readonly expect: { readonly status: number; readonly contains?: string };
}

/** When to ask, to rebuild and to remove. */
export interface PolicySpec {
  readonly approval: {
    readonly when: readonly ("always" | "data-loss" | "downtime" | "cost")[];
    readonly costPerDay?: number;
    readonly approvers: readonly string[];
    readonly timeoutSeconds: number;
  };
  readonly timeToLiveSeconds?: number;
  readonly rebuild?: {
    readonly schedule: string;
    readonly timeZone: string;
    readonly level: "app" | "data" | "database" | "all";
    readonly finishBy?: string;
  };
  readonly protect: boolean;
}
