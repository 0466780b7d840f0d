import { toApiError } from "../error.ts";
import type { Container } from "../model/generated/run.ts";
import { StartError } from "../workload/container.ts";
import type { Failure, Reason } from "./condition.ts";

/** Why a revision or task cannot run, as its conditions say it. */
export class DeployError extends Error implements Failure {
  readonly reason: Reason;

  constructor({ message, reason, cause }: Failure & { readonly cause?: unknown }) {
    super(message, { cause });
    this.name = "DeployError";
    this.reason = reason;
  }
}

/** Who failed, for the words of a failure. */
export interface Deployed {
  readonly containers: readonly Container[];
  readonly logUri: string;
}

/**
 * Puts what went wrong in Cloud Run's words.
 *
 * @see https://cloud.google.com/run/docs/troubleshooting
 */
export function toFailure(caught: unknown, { containers, logUri }: Deployed): Failure {
  if (caught instanceof DeployError) return caught;
  if (!(caught instanceof StartError)) {
    const { message, code } = toApiError(caught);
    return { message, reason: { reason: code === "FAILED_PRECONDITION" ? "VPC_NETWORK_NOT_FOUND" : "INTERNAL" } };
  }
  if (caught.reason === "image") return { message: caught.message, reason: { reason: "CONTAINER_MISSING" } };
  const message = `${startMessage(caught, containers)}\n\nLogs URL: ${logUri}\n${guidance}`;
  return { message, reason: { revisionReason: "HEALTH_CHECK_CONTAINER_ERROR" } };
}

const guidance =
  "For more troubleshooting guidance, see https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start";

function startMessage({ container: name, exitCode }: StartError, containers: readonly Container[]): string {
  const container = containers.length === 1 ? containers[0] : containers.find((other) => other.name === name);
  const port = container?.ports?.[0]?.containerPort;
  const end = exitCode === undefined ? "" : ` The container exited with code ${exitCode}.`;
  if (port === undefined)
    return `The user-provided container '${name}' failed the configured startup probe checks.${end}`;
  return (
    "The user-provided container failed to start and listen on the port defined provided by the " +
    `PORT=${port} environment variable within the allocated timeout.${end} This can happen when the container port is ` +
    "misconfigured or if the timeout is too short. The health check timeout can be extended. " +
    "Logs for this revision might contain more information."
  );
}
