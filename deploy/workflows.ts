import { readFile } from "node:fs/promises";
import type { Workflow, WorkflowsClient } from "../google/clients/workflows.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { accountEmail, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { persist } from "./eventually.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

/** The workflows of an installation and the accounts that they run as, by name. */
export const installationWorkflows = [
  { id: "alloyrun-environment", source: "environment.yaml", account: "workflow" },
  { id: "alloyrun-sweep", source: "sweep.yaml", account: "sweep" },
] as const;

/** What is sent again when a workflow is brought to this version. */
const mutableFields = ["sourceContents", "serviceAccount", "labels", "callLogLevel"] as const;

/**
 * Ensures the workflows of this version. Executions that are under way keep the revision they started with.
 *
 * @throws ApiError ALREADY_EXISTS when a workflow of that name is somebody else's
 */
export async function ensureWorkflows(
  workflows: WorkflowsClient,
  target: Target,
  wait: (operation: Operation) => Promise<void>,
): Promise<void> {
  await Promise.all(
    installationWorkflows.map(async ({ id, source, account }) => {
      const name = `projects/${target.project}/locations/${target.region}/workflows/${id}`;
      const found = await workflows.getWorkflow(name);
      if (found) refuseForeign(found, target, { name, method: "workflows.projects.locations.workflows.get" });
      const wanted = await workflowBody(target, source, account);
      if (found && isSame(found, wanted)) return;
      const call = () =>
        found ? workflows.patchWorkflow(name, wanted, mutableFields) : workflows.createWorkflow(name, wanted);
      await wait(await persist(isEarly, call));
    }),
  );
}

async function workflowBody({ project }: Target, source: string, account: string): Promise<Workflow> {
  const email = accountEmail(project, installationAccountId(account));
  return {
    sourceContents: await readFile(new URL(`../workflows/${source}`, import.meta.url), "utf8"),
    serviceAccount: `projects/${project}/serviceAccounts/${email}`,
    labels: installationLabels(project),
    callLogLevel: "LOG_ERRORS_ONLY",
  };
}

function isSame(found: Workflow, wanted: Workflow): boolean {
  return found.sourceContents === wanted.sourceContents && found.serviceAccount === wanted.serviceAccount;
}

/** The account, or Google's own agent of Workflows, was made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED"].includes(error.code);
}
