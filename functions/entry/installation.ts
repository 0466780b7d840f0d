import { StepError } from "../error.ts";

/** What an entry knows of the installation, as `deploy` wrote it into its environment. */
export interface InstallationEnvironment {
  readonly project: string;
  /** Decimal digits. */
  readonly projectNumber: string;
  readonly region: string;
  /** The bucket, whose name is the installation's. */
  readonly bucket: string;
  /** Image of the seed runner by digest. */
  readonly seedRunnerImage: string;
}

/**
 * Reads the installation from the process's environment.
 *
 * @throws StepError FAILED_PRECONDITION, reason `NOT_DEPLOYED`, naming the variable that is missing
 */
export function readInstallation(env: NodeJS.ProcessEnv): InstallationEnvironment {
  return {
    project: required(env, "ALLOYRUN_PROJECT"),
    projectNumber: required(env, "ALLOYRUN_PROJECT_NUMBER"),
    region: required(env, "ALLOYRUN_REGION"),
    bucket: required(env, "ALLOYRUN_BUCKET"),
    seedRunnerImage: required(env, "ALLOYRUN_SEED_RUNNER_IMAGE"),
  };
}

function required(env: NodeJS.ProcessEnv, variable: string): string {
  const value = env[variable];
  if (value) return value;
  const message = `the environment variable ${variable} is missing: deploy the installation again`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_DEPLOYED", message });
}
