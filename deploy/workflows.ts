import { readFile } from "node:fs/promises";
import type { Workflow, WorkflowsClient } from "../google/clients/workflows.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { accountEmail, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, present } from "./change.ts";
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
    installationWorkflows.map(async (each) => {
      const name = workflowName(target, each);
      const { wanted, change } = await compare(target, { ...each, found: await workflows.getWorkflow(name) });
      if (!change) return;
      const call = () =>
        change.action === "create"
          ? workflows.createWorkflow(name, wanted)
          : workflows.patchWorkflow(name, wanted, mutableFields);
      await wait(await persist(isEarly, call));
    }),
  );
}

/** What `ensureWorkflows` would make and change. */
export async function planWorkflows(
  workflows: Pick<WorkflowsClient, "getWorkflow">,
  target: Target,
): Promise<readonly InstallationChange[]> {
  const changes = installationWorkflows.map(async (each) => {
    const existing = await present(workflows.getWorkflow(workflowName(target, each)));
    return (await compare(target, { ...each, found: existing })).change;
  });
  return found(...(await Promise.all(changes)));
}

type Observed = (typeof installationWorkflows)[number] & { readonly found: Workflow | undefined };

/** What is done to the workflow that was found. @throws ApiError ALREADY_EXISTS for a foreign one */
async function compare(
  target: Target,
  { found: workflow, ...each }: Observed,
): Promise<{ readonly wanted: Workflow; readonly change: InstallationChange | undefined }> {
  const resource = workflowName(target, each);
  const site = { name: resource, method: "workflows.projects.locations.workflows.get" };
  if (workflow) refuseForeign(workflow, target, site);
  const wanted = await workflowBody(target, each.source, each.account);
  const differences = [
    ...(workflow?.sourceContents === wanted.sourceContents ? [] : ["~ definition"]),
    ...(workflow?.serviceAccount === wanted.serviceAccount ? [] : [`~ account: ${wanted.serviceAccount}`]),
  ];
  if (differences.length === 0) return { wanted, change: undefined };
  return { wanted, change: { kind: "workflow", action: workflow ? "update" : "create", resource, differences } };
}

function workflowName({ project, region }: Target, { id }: { readonly id: string }): string {
  return `projects/${project}/locations/${region}/workflows/${id}`;
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

/** The account, or Google's own agent of Workflows, was made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED"].includes(error.code);
}
