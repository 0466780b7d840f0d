import * as z from "zod";
import { databaseSchema } from "./database-schema.ts";
import { notifySchema, ticketSchema } from "./doors-schema.ts";
import { regions } from "./regions.ts";
import { accountLikeId, duration, folder, ipRange, resourceId, text, variableName } from "./scalars.ts";

const metadataSchema = z.strictObject({
  name: resourceId(30, "staging").describe(
    "Name of the environment, unique in the project; not `hook`, nor one that begins with `hook-` or `alloyrun-`. Other names derive from it.",
  ),
  labels: z
    .record(
      text(
        /^[a-z][-_a-z0-9]{0,62}$/,
        "must be a label key: lower-case letters, digits, - or _, a letter first",
        "team",
      ),
      text(/^[-_a-z0-9]{0,63}$/, "must be a label value: at most 63 lower-case letters, digits, - or _", "data"),
    )
    .default({})
    .describe("Labels written, beside alloyrun's own, on everything that takes labels."),
});

const networkSchema = z.strictObject({
  name: resourceId(63, "my-vpc").optional().describe("Name of the VPC network to make. Left out: `<environment>-vpc`."),
  existing: text(
    /^projects\/[a-z][-a-z0-9]{4,28}[a-z0-9]\/global\/networks\/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "must look like projects/<project>/global/networks/<network>",
    "projects/host/global/networks/shared",
  )
    .optional()
    .describe("A network that is there already, instead of `name`: checked, never changed or removed."),
  subnet: z
    .strictObject({
      name: resourceId(63, "my-subnet").optional().describe("Name of the subnet. Left out: `<environment>-subnet`."),
      range: ipRange("192.168.100.0/28")
        .optional()
        .describe("Its private IPv4 range. Left out: 192.168.100.0/28; in an existing network, whatever it has."),
    })
    .optional()
    .describe(
      "Subnet of the connector: exactly a /28 that nothing else uses. In an existing network it is there already.",
    ),
  serviceRange: z
    .strictObject({
      name: resourceId(63, "my-iprange").optional().describe("Name of the range. Left out: `<environment>-services`."),
      range: ipRange("192.168.200.0/24")
        .optional()
        .describe(
          "A private IPv4 range, /24 or wider. Left out: 192.168.208.0/20; in an existing network, whatever it has.",
        ),
    })
    .optional()
    .describe("Range reserved for AlloyDB (private services access)."),
});

const connectorSchema = z.strictObject({
  name: resourceId(25, "my-connector")
    .optional()
    .describe(
      "Name of the Serverless VPC Access connector. Left out: `<environment>-egress`. In an existing network one of another name is there already: it is only used, never changed or removed.",
    ),
  minInstances: z.int().min(2).max(9).default(2).describe("Fewest machines of the connector; always billed."),
  maxInstances: z.int().min(3).max(10).default(3).describe("Most machines of the connector; more than `minInstances`."),
  machineType: z.enum(["f1-micro", "e2-micro", "e2-standard-4"]).default("e2-micro").describe("Type of its machines."),
});

const directSchema = z.strictObject({
  subnet: z
    .strictObject({
      name: resourceId(63, "my-egress").optional().describe("Name of the subnet. Left out: `<environment>-egress`."),
      range: ipRange("192.168.101.0/26")
        .optional()
        .describe(
          "Its private IPv4 range, /26 or wider. Left out: 192.168.101.0/26; in an existing network, whatever it has.",
        ),
    })
    .prefault({})
    .describe("Subnet in which the service takes its addresses. In an existing network it is there already."),
});

const egressSchema = z.strictObject({
  connector: connectorSchema
    .optional()
    .describe("A Serverless VPC Access connector: what is used when neither is given."),
  direct: directSchema
    .optional()
    .describe("Direct VPC egress instead: no idle cost, but a subnet that is released hours later."),
  traffic: z
    .enum(["all", "private-ranges"])
    .default("all")
    .describe("What the service sends through the VPC. With `all` it reaches the internet only where the VPC does."),
});

const secretSchema = z.strictObject({
  secret: text(/^[A-Za-z0-9_-]{1,255}$/, "must be a secret's id: letters, digits, - or _", "api-key").describe(
    "Its id.",
  ),
  version: z
    .int()
    .min(1)
    .meta({ examples: [3] })
    .describe("Number of its version: every instance sees the same value."),
});

const smokeSchema = z.strictObject({
  path: text(/^\/\S*$/, "must begin with / and contain no blank", "/")
    .default("/")
    .describe("Path that is asked."),
  expect: z
    .strictObject({
      status: z.int().min(100).max(599).default(200).describe("Status that must come back."),
      contains: z.string().min(1).optional().describe("Text that the answer must contain. Left out: none."),
    })
    .prefault({})
    .describe("What proves that the revision works."),
});

const serviceSchema = z.strictObject({
  name: resourceId(37, "service-alloyrun")
    .optional()
    .describe("Name of the Cloud Run service. Left out: `<environment>`."),
  source: folder("./app")
    .optional()
    .describe("Folder of the application, built with buildpacks. Either this or `image`."),
  image: text(
    /^[a-z0-9][a-z0-9.:_/-]*@sha256:[0-9a-f]{64}$/,
    "must be an image by digest, …@sha256: and 64 hexadecimal digits, so that every instance runs the same",
    `asia-northeast1-docker.pkg.dev/my-project/apps/app@sha256:${"0123456789abcdef".repeat(4)}`,
  )
    .optional()
    .describe("Image of the application by digest. Either this or `source`."),
  port: z.int().min(1).max(65_535).default(8080).describe("Port on which the application listens; it is told in PORT."),
  public: z.boolean().default(false).describe("Whether anybody may call the service without signing in."),
  invokers: z
    .array(text(/^(user|group|serviceAccount|domain):\S+$/, "must be a member", "group:team@example.com"))
    .default([])
    .describe("Who may call the service when it is not public."),
  executionEnvironment: z.enum(["gen1", "gen2"]).default("gen2").describe("Generation of Cloud Run's sandbox."),
  cpu: z.literal([1, 2, 4, 8]).default(1).describe("vCPUs of the application's container."),
  memory: text(/^[1-9]\d{0,4}(Mi|Gi)$/, "must be an amount such as 512Mi or 2Gi", "512Mi")
    .default("512Mi")
    .describe("Memory of the application's container."),
  minInstances: z.int().min(0).max(1000).default(0).describe("Instances kept warm; billed while idle."),
  maxInstances: z.int().min(1).max(1000).default(10).describe("Most instances at a time."),
  concurrency: z.int().min(1).max(1000).default(80).describe("Requests that an instance serves at a time."),
  timeout: duration("5m").default("5m").describe("Longest time that a request may take, up to 1h."),
  env: z.record(variableName(), z.string()).default({}).describe("Environment variables of the application."),
  secrets: z
    .record(variableName(), secretSchema)
    .default({})
    .describe("Environment variables that are taken from secrets which are there already."),
  smoke: smokeSchema.prefault({}).describe("Request that a new revision must answer before it gets traffic."),
});

const approvalSchema = z.strictObject({
  when: z
    .array(z.enum(["always", "data-loss", "downtime", "cost"]))
    .default([])
    .describe(
      "Kinds of change that a person must approve. New or changed seed files count as `data-loss` where they are applied to a database in use, unless they only create and insert, and neither make nor call code (functions, triggers, extensions), a few built-in functions apart; so does another name of the cluster, the instance or the database, for the rows stay behind, and a schedule of rebuilds that loses rows, or loses more, or at other times, than the one before.",
    ),
  costPerDay: z.number().positive().optional().describe("USD a day above which `cost` asks."),
  approvers: z
    .array(text(/^user:[^\s@]+@[^\s@]+$/, "must be a person, user: and an e-mail address", "user:ann@example.com"))
    .default([])
    .describe(
      "Who may approve, each a person. Left empty: whoever may use the installation. Nobody approves what they asked for, be it by a schedule that they set or changed. Of an environment that is there, those decide whom its present spec names; to name others is a change that they decide about.",
    ),
  timeout: duration("7d").default("7d").describe("How long an approval is waited for."),
});

const rebuildSchema = z.strictObject({
  schedule: z
    .string()
    .meta({ examples: ["0 6 * * 1-5"] })
    .describe("When to rebuild, as five cron fields."),
  timeZone: z.string().default("Etc/UTC").describe("Time zone of the schedule, such as Asia/Tokyo."),
  level: z.enum(["app", "data", "database", "all"]).default("data").describe("How much is built anew."),
  finishBy: text(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 08:30", "08:30")
    .optional()
    .describe(
      "Time of day, in the same time zone, by which the rebuild must be done; else it is left out. Left out: none.",
    ),
  missed: z
    .enum(["skip", "run"])
    .default("skip")
    .describe(
      "What becomes of a rebuild that could not begin within 30 minutes of its time, be it that it fired late or waited for its turn or its approvers: their question ends then, too. One that is to run all the same is tried for a day.",
    ),
});

const policySchema = z.strictObject({
  approval: approvalSchema.prefault({}).describe("When a person is asked first."),
  timeToLive: duration("72h")
    .optional()
    .describe("Age, counted from when it is ready, at which the environment is removed. Left out: it is kept."),
  rebuild: rebuildSchema.optional().describe("Regular rebuilds. Left out: none."),
  protect: z.boolean().default(false).describe("Refuse whatever removes the environment or loses its data."),
});

/** The whole of `environment.yaml` as a person writes it: strict, with every default that depends on nothing else. */
export const environmentSchema = z.strictObject({
  apiVersion: z.literal("alloyrun/v1").describe("Version of this format."),
  kind: z.literal("Environment").describe("What the file describes."),
  metadata: metadataSchema.describe("Name and labels."),
  spec: z
    .strictObject({
      project: accountLikeId("my-project").describe("Id of the project in which everything is made."),
      region: z
        .enum(regions)
        .meta({ examples: ["asia-northeast1"] })
        .describe("Region in which everything is made."),
      network: networkSchema.prefault({}).describe("The VPC network."),
      egress: egressSchema.prefault({}).describe("How the service reaches the VPC."),
      identity: z
        .strictObject({
          serviceAccount: accountLikeId("my-serviceaccount")
            .optional()
            .describe("Id of the account that the service runs as. Left out: `<environment>-service`."),
        })
        .prefault({})
        .describe("As whom the service runs; the seed job has an account of its own."),
      database: databaseSchema.describe("The AlloyDB cluster, its instances and what is in them."),
      service: serviceSchema.meta({ examples: [{ source: "./app" }] }).describe("The Cloud Run service."),
      policy: policySchema.prefault({}).describe("When to ask, to rebuild and to remove."),
      notify: notifySchema.prefault({}).describe("Whom the environment's events are told, beside the topic."),
      tickets: z.array(ticketSchema).default([]).describe("Webhooks by which ticket systems ask for the environment."),
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
  readonly notify: { readonly webhook?: WebhookSpec };
  readonly tickets: readonly TicketSpec[];
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
interface ConnectorEgressSpec {
  readonly kind: "connector";
  readonly traffic: "all" | "private-ranges";
  readonly name: string;
  readonly subnet: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly machineType: "f1-micro" | "e2-micro" | "e2-standard-4";
}

/** Direct VPC egress. */
interface DirectEgressSpec {
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
interface SmokeSpec {
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
    readonly missed: "skip" | "run";
  };
  readonly protect: boolean;
}

/** Where an environment's events are posted, and the secret that signs them. */
export interface WebhookSpec {
  readonly url: string;
  readonly secret: HookSecret;
}

/** A secret of a webhook, by its id in the installation's project. */
export interface HookSecret {
  readonly secret: string;
  readonly version: number;
}

/** A webhook by which a ticket system asks for an environment; fields are JSON pointers into its payload. */
export type TicketSpec = EnvironmentFile["spec"]["tickets"][number];
