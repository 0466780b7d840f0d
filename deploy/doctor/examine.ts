import { createAuth, unguarded } from "../../google/auth.ts";
import { connectCloudBilling } from "../../google/clients/cloud-billing.ts";
import { connectComputeFacts } from "../../google/clients/compute-facts.ts";
import type { InstallationChange } from "../change.ts";
import { openClients } from "../clients.ts";
import { type Place, planDeployment, targetOf } from "../deploy.ts";
import { installationAccounts, type Target } from "../installation.ts";
import { examineAgents } from "./agents.ts";
import type { Finding } from "./finding.ts";
import { examineProject } from "./project.ts";
import { examineQuotas } from "./quotas.ts";
import { examineRanges, type SpecFile } from "./ranges.ts";

/**
 * Looks for what is wrong with an installation and its project: whether it is paid for, Google's own accounts have their
 * roles, everything is as `deploy` makes it, quotas have room, and the ranges of a spec are free. Changes nothing.
 *
 * @throws ApiError naming the call that was refused
 */
export async function examine(place: Place, specFile?: SpecFile): Promise<readonly Finding[]> {
  const auth = createAuth();
  const clients = openClients();
  const facts = connectComputeFacts(auth)(unguarded);
  const billing = connectCloudBilling(auth)(unguarded);
  const target = await targetOf(clients, place);
  const changes = await planDeployment(place, clients);
  const isInstalled = isInstallation(changes, target);
  const findings = await Promise.all([
    examineProject({ ...clients, billing }, target),
    isInstalled ? examineAgents(clients.resourceManager, target) : [],
    isInstalled ? seenOf(changes).map((change) => toFinding(change, place)) : [notInstalled(place)],
    examineQuotas({ ...clients, facts }, target),
    specFile ? examineRanges(facts, specFile) : [],
  ]);
  return findings.flat();
}

/** Whether there is anything of it: its bucket, or one of its accounts. */
function isInstallation(changes: readonly InstallationChange[], { project }: Target): boolean {
  const missing = (wanted: InstallationChange["kind"]) =>
    changes.filter(({ kind, action }) => kind === wanted && action === "create").length;
  return missing("bucket") === 0 || missing("account") < installationAccounts(project).length;
}

/** What is behind an API that is off cannot be seen, and may well be there: then nothing is said to be missing. */
function seenOf(changes: readonly InstallationChange[]): readonly InstallationChange[] {
  if (!changes.some(({ kind }) => kind === "api")) return changes;
  return changes.filter(({ kind, action }) => kind === "api" || action !== "create");
}

function toFinding({ action, kind, resource, differences }: InstallationChange, place: Place): Finding {
  const state = { create: "is missing", restore: "was deleted", update: "is not as this version makes it" }[action];
  const problem = `the ${kind === "grants" ? "policy" : kind} ${state}${action === "update" ? `: ${differences.join(", ")}` : ""}`;
  return { check: "installation", resource, problem, command: deployCommand(place) };
}

function notInstalled(place: Place): Finding {
  const problem = `alloyrun is not installed in ${place.region}`;
  return {
    check: "installation",
    resource: `projects/${place.project}`,
    problem,
    command: deployCommand(place),
  };
}

/** Installs what is missing and mends what is not right. */
export function deployCommand({ project, region }: Place): string {
  return `alloyrun deploy --project ${project} --region ${region}`;
}
