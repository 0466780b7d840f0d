import { createAuth, unguarded } from "../../google/auth.ts";
import { connectCloudBilling } from "../../google/clients/cloud-billing.ts";
import { connectComputeFacts } from "../../google/clients/compute-facts.ts";
import { connectVpcAccess } from "../../google/clients/vpc-access.ts";
import { ApiError } from "../../google/error.ts";
import type { InstallationChange } from "../change.ts";
import { openClients } from "../clients.ts";
import { type Place, planDeployment, targetOf } from "../deploy.ts";
import { installationAccounts, type Target } from "../installation.ts";
import { examineAgents } from "./agents.ts";
import { environmentApis, examineApis, examineNeededApis, type NeededApis, noteApis, readApis } from "./apis.ts";
import { examineCaller, type Member, refusalToLook } from "./caller.ts";
import { examineEnvironments } from "./environments.ts";
import type { Finding, Note } from "./finding.ts";
import { readNeededApis } from "./needed-apis.ts";
import { examineProject } from "./project.ts";
import { examineQuotas, noteQuotas } from "./quotas.ts";
import { examineRanges, type SpecFile } from "./ranges.ts";
import { examineSchedules } from "./schedules.ts";

/** What came of looking. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** What is looked at beside the project itself, and by whom. */
export interface ExamineOptions {
  /** An environment's file, whose demands are then looked at. */
  readonly specFile?: SpecFile;
  readonly member: Member;
  /** What `deploy` would make and change; its plan unless given. */
  readonly plan?: () => Promise<readonly InstallationChange[]>;
}

/**
 * Looks for what is wrong with a project and the installation in it: whether it is paid for, the APIs are on, Google's own
 * accounts have their roles, everything is as `deploy` makes it or could be made by whoever is logged in, nobody is let at what
 * is an environment's own, no schedule of an environment is paused, quotas have room, and the ranges of a spec are free. It looks
 * at all of that before there is an installation, too. Changes nothing.
 *
 * @throws ApiError naming the call that was refused, when not even the project may be seen
 */
export async function examine(place: Place, options: ExamineOptions): Promise<Examination> {
  const auth = createAuth();
  const clients = openClients();
  const facts = connectComputeFacts(auth)(unguarded);
  const vpcAccess = connectVpcAccess(auth)(unguarded);
  const billing = connectCloudBilling(auth)(unguarded);
  const target = await targetOf(clients, place);
  const { specFile, member, plan = () => planDeployment(place, clients) } = options;
  const looked = { ...target, member };
  const [apis, changes] = await Promise.all([
    look(looked, () => readApis(clients.serviceUsage, target)),
    look(looked, plan),
  ]);
  const on = apis.seen;
  const { resourceManager } = clients;
  const [needed, environments, quotas, ...parts] = await Promise.all([
    look(looked, async () => (isAnyOff(on) ? readNeededApis(clients.storage, target) : nothingNeeded)),
    look(looked, () => examineEnvironments(clients, target.project)),
    look(looked, () => examineQuotas({ ...clients, facts, vpcAccess }, { ...target, spec: specFile?.spec })),
    look(looked, () => examineProject({ ...clients, billing }, target)),
    look(looked, async () =>
      changes.seen ? examineInstallation(changes.seen, { resourceManager, on, ...looked }) : [],
    ),
    look(looked, async () => (on ? examineAgents(resourceManager, { ...target, on }) : [])),
    look(looked, () => examineSchedules(clients.scheduler, target)),
    look(looked, async () => (specFile ? examineRanges(facts, specFile) : [])),
  ]);
  const refusals = [apis, changes, needed, ...parts, quotas, environments].flatMap(({ refusal }) => refusal ?? []);
  return {
    // Whoever may not look is told so once: the command is the same.
    findings: [
      ...refusals.slice(0, 1),
      ...(on && needed.seen ? examineNeededApis(on, needed.seen, target) : []),
      ...parts.flatMap(({ seen }) => seen ?? []),
      ...(quotas.seen?.findings ?? []),
      ...(environments.seen?.findings ?? []),
    ],
    notes: [
      ...(environments.seen?.notes ?? []),
      ...(on && needed.seen ? noteApis(on, needed.seen, target) : []),
      ...(quotas.seen?.notes ?? []),
      ...noteQuotas(target),
    ],
  };
}

const nothingNeeded: NeededApis = new Map();

/** Only then it matters which of them environments need. */
function isAnyOff(on: ReadonlySet<string> | undefined): boolean {
  return on !== undefined && environmentApis.some((api) => !on.has(api));
}

/** Whose project is looked at by whom. */
interface Looked extends Target {
  readonly member: Member;
}

/** What looking gave, or the finding that it is not allowed; then the rest is looked at nevertheless. */
interface Look<Seen> {
  readonly seen?: Seen;
  readonly refusal?: Finding;
}

async function look<Seen>({ member, ...target }: Looked, work: () => Promise<Seen>): Promise<Look<Seen>> {
  try {
    return { seen: await work() };
  } catch (caught) {
    if (!(caught instanceof ApiError && caught.code === "PERMISSION_DENIED")) throw caught;
    return { refusal: await refusalToLook(caught, target, member) };
  }
}

interface Installed extends Looked {
  readonly resourceManager: ReturnType<typeof openClients>["resourceManager"];
  /** APIs that are on, as far as that may be seen. */
  readonly on: ReadonlySet<string> | undefined;
}

/** What is not as `deploy` makes it, and whether whoever is logged in could deploy; nothing when there is no need. */
async function examineInstallation(
  changes: readonly InstallationChange[],
  { resourceManager, on, member, ...target }: Installed,
): Promise<readonly Finding[]> {
  if (changes.length === 0) return [];
  const caller = await examineCaller(resourceManager, target, member);
  if (isInstallation(changes, target))
    return [...caller, ...seenOf(changes).map((change) => toFinding(change, target))];
  return [notInstalled(target), ...(on ? examineApis(on, target) : []), ...caller];
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
