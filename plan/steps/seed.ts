import { expectedSeconds } from "../../spec/expected.ts";
import { accountEmail, type Ownership, ownershipOf, seedJobId } from "../../spec/names.ts";
import type { StepDeclaration } from "../step.ts";

/** What `seed` is told. */
export interface SeedInput {
  /** `projects/{project}/locations/{region}/jobs/{job}` */
  readonly job: string;
  /** Image of the seed runner by digest. */
  readonly runnerImage: string;
  /** E-mail address of the account that the job runs as. */
  readonly seedAccount: string;
  /** Name of the first database; the run's generation tells the present one's. */
  readonly database: string;
  readonly login: { readonly user: string; readonly auth: "password" | "iam" };
  /** The packed seed files; the object's name, `seeds/<sha256>.tgz`, carries their checksum. */
  readonly seed: { readonly bucket: string; readonly object: string };
  readonly timeoutSeconds: number;
  readonly ownership: Ownership;
}

/** What `seed` gives to later steps. */
export interface SeedOutput {
  /** Name of the database that was filled, with its generation. */
  readonly database: string;
  /** SHA-256 of the packed seed files that it was filled from. */
  readonly checksum: string;
  /** `{job}/executions/{execution}` */
  readonly execution: string;
}

/**
 * Ensures that the database is filled from exactly these seed files, by a job inside the VPC, and that the application
 * may use what they made.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
 */
export const seedStep: StepDeclaration<SeedInput, SeedOutput> = {
  name: "seed",
  title: "Database seeded",
  input: (spec, context) => {
    const { project, region, database } = spec;
    if (context.seed === undefined)
      throw new RangeError("planning seed: the packed seed files are missing from the context");
    return {
      job: `projects/${project}/locations/${region}/jobs/${seedJobId(spec.name)}`,
      runnerImage: context.seedRunnerImage,
      seedAccount: accountEmail(project, spec.identity.seedAccount),
      database: database.name,
      login: database.login,
      seed: { bucket: context.installation, object: context.seed },
      timeoutSeconds: database.seed.timeoutSeconds,
      ownership: ownershipOf({ installation: context.installation, environment: spec.name, labels: spec.labels }),
    };
  },
  needs: ["cluster", "instance", "egress", "identity"],
  permissions: {
    project: [
      "artifactregistry.repositories.downloadArtifacts",
      "logging.logEntries.list",
      "run.executions.cancel",
      "run.executions.get",
      "run.executions.list",
      "run.jobs.create",
      "run.jobs.delete",
      "run.jobs.get",
      "run.jobs.run",
      "run.jobs.update",
      "run.tasks.list",
      "vpcaccess.connectors.use",
    ],
    actAsRuntime: ["seed"],
    operations: ["run.operations.get"],
    bucket: ["locks/"],
  },
  removes: ({ job }) => [job],
  expectedSeconds: () => expectedSeconds.seed,
};
