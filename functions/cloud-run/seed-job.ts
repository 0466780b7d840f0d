import type { Execution, Job } from "../../google/clients/run.ts";
import type { EgressOutput } from "../../plan/steps/egress.ts";
import type { SeedInput } from "../../plan/steps/seed.ts";
import { canonicalJson, idOf, sha256 } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import type { SeedEnvironment } from "../jobs/seed/settings.ts";
import { plainVariable, secretVariable, type Variable } from "./variable.ts";
import { toVpcAccess } from "./vpc-access.ts";

/** What a seed is made of beside the step's own input: outputs of other steps, and the run. */
export interface SeedParts {
  /** What marks what it makes. */
  readonly run: string;
  /** Where the environment's lock lies, and the generation under which the run holds it. */
  readonly fence?: Run["fence"];
  /** Full name of the trace of the call that makes it. */
  readonly trace?: string;
  /** Name of the database, with its generation. */
  readonly database: string;
  /** Full name of the cluster. */
  readonly cluster: string;
  /** Version of the secret that holds the password of `postgres`. */
  readonly adminVersion: string;
  /** Unique id and private address of the primary instance. */
  readonly instanceUid: string;
  readonly ipAddress: string;
  /** Version of the secret that holds the application's password; absent with IAM login. */
  readonly applicationVersion?: string;
  readonly vpcAccess: EgressOutput["vpcAccess"];
}

/** Variable that tells which run an execution was made for. */
const runVariable = "RUN_ID" satisfies keyof SeedEnvironment;

/**
 * Suffix of the execution that fills this database from these files for this user. The same content gives the same
 * suffix, and Cloud Run never makes two executions of one name; what does not change the outcome (run, network,
 * passwords) is left out.
 */
export function seedToken(input: SeedInput, parts: SeedParts): string {
  const { database, cluster, instanceUid } = parts;
  const content = {
    object: input.seed.object,
    login: input.login,
    runner: input.runnerImage,
    database,
    cluster,
    instanceUid,
  };
  return sha256(canonicalJson(content)).slice(0, 8);
}

/**
 * The job that seeds, with the execution to make.
 *
 * @param token suffix of the execution's name; the job is ready when that execution has succeeded
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
 */
export function toSeedJob(input: SeedInput, parts: SeedParts, token: string): Job {
  return {
    labels: { ...input.ownership.labels },
    runExecutionToken: token,
    template: {
      parallelism: 1,
      taskCount: 1,
      template: {
        serviceAccount: input.seedAccount,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        // A seed that failed has said why; trying the same again would only say it four times.
        maxRetries: 0,
        timeout: { seconds: input.timeoutSeconds },
        vpcAccess: toVpcAccess(parts.vpcAccess, "private-ranges"),
        containers: [
          {
            name: "seed",
            image: input.runnerImage,
            env: variables(input, parts),
            resources: { limits: { cpu: "1", memory: "512Mi" } },
          },
        ],
      },
    },
  };
}

function variables(input: SeedInput, parts: SeedParts): Variable[] {
  const plain: SeedEnvironment = {
    INSTANCE_HOST: parts.ipAddress,
    CLUSTER: parts.cluster,
    DB_NAME: parts.database,
    DB_USER: "postgres",
    SEED_BUCKET: input.seed.bucket,
    SEED_OBJECT: input.seed.object,
    APP_USER: input.login.user,
    APP_AUTH: input.login.auth,
    RUN_ID: parts.run,
    ...(parts.fence && {
      LOCK_BUCKET: parts.fence.bucket,
      LOCK_OBJECT: parts.fence.object,
      LOCK_GENERATION: parts.fence.generation,
    }),
    ...(parts.trace !== undefined && { TRACE: parts.trace }),
  };
  const secret: SeedEnvironment = { DB_PASS: parts.adminVersion, APP_PASS: parts.applicationVersion };
  return [
    ...Object.entries(plain).map(([name, value]) => plainVariable(name, value)),
    ...Object.entries(secret).flatMap(([name, version]) =>
      version === undefined ? [] : [secretVariable(name, version)],
    ),
  ];
}

/** What marks the run for which an execution was made. */
export function runOf({ template }: Execution): string | undefined {
  return template?.containers?.[0]?.env?.find(({ name }) => name === runVariable)?.value ?? undefined;
}

/** SHA-256 of the packed seed files, as their object's name carries it. */
export function checksumOf({ seed }: SeedInput): string {
  return idOf(seed.object).replace(/\.tgz$/, "");
}
