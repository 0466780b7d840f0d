import type { LoggingClient } from "../../google/clients/logging.ts";
import type { WorkflowsClient } from "../../google/clients/workflows.ts";
import { ApiError } from "../../google/error.ts";

/** Where heads are logged: no right in the bucket changes what is read there. */
export interface HeadLog {
  readonly logging: Pick<LoggingClient, "list">;
  readonly workflows: Pick<WorkflowsClient, "getWorkflow">;
  readonly project: string;
  /** `projects/{project}/locations/{location}/workflows/{workflow}`, as old as the installation. */
  readonly workflow: string;
}

/** A record as it was logged when it was the last of its chain. */
export interface LoggedHead {
  readonly record: string;
  readonly sha256: string;
}

/** How many heads are read at most. */
const most = 10_000;

/**
 * Reads the heads that the functions have logged of an environment's chain, oldest first, as far back as the log is kept: 30
 * days unless the project keeps it longer. What an installation before this one has logged is not of its chains.
 *
 * @returns undefined when the log may not be read
 */
export async function readLoggedHeads(
  environment: string,
  { logging, workflows, project, workflow }: HeadLog,
): Promise<readonly LoggedHead[] | undefined> {
  try {
    const { createTime } = (await workflows.getWorkflow(workflow)) ?? {};
    const writers = ["record", "request"].map((name) => `resource.labels.service_name="alloyrun-${name}"`).join(" OR ");
    const wanted = [
      `(${writers})`,
      'jsonPayload.alloyrun="recorded"',
      `jsonPayload.environment="${environment}"`,
      ...(createTime ? [`timestamp>="${createTime}"`] : []),
    ];
    const entries = await logging.list({ project, filter: wanted.join(" AND "), limit: most });
    return entries.flatMap(({ jsonPayload }) => {
      const { record, sha256 } = jsonPayload ?? {};
      return typeof record === "string" && typeof sha256 === "string" ? [{ record, sha256 }] : [];
    });
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "PERMISSION_DENIED") return undefined;
    throw caught;
  }
}
