import { ApiError } from "../error.ts";
import type { Build } from "../model/generated/cloudbuild.ts";

/**
 * Checks a build by the rules that go beyond the definitions.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function validateBuild(build: Build): void {
  const { steps = [], serviceAccount, options, logsBucket, timeout } = build;
  if (steps.length === 0) throw invalid("invalid build: no build steps specified");
  const nameless = steps.findIndex(({ name }) => !name);
  if (nameless >= 0) throw invalid(`invalid build: invalid build step #${nameless}: name must be specified`);
  if (timeout !== undefined && !(Number.parseFloat(timeout) > 0 && Number.parseFloat(timeout) <= 86_400)) {
    throw invalid("invalid build: timeout must be positive and at most 24 hours");
  }
  if (serviceAccount && !logsBucket && !saysWhereToLog(options)) {
    throw invalid(
      "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', (b) use the " +
        "REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, or (c) use either " +
        "CLOUD_LOGGING_ONLY / NONE logging options",
    );
  }
}

function saysWhereToLog({ logging, defaultLogsBucketBehavior }: NonNullable<Build["options"]> = {}): boolean {
  return (
    logging === "CLOUD_LOGGING_ONLY" || logging === "NONE" || defaultLogsBucketBehavior === "REGIONAL_USER_OWNED_BUCKET"
  );
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
