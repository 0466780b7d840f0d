import type { Decider } from "../access/policies.ts";
import type { Principal } from "../access/principal.ts";
import type { Api } from "../api.ts";
import { ApiError, errorInfo } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Project, Projects } from "../projects.ts";

/** APIs that answer for every project, since the others are enabled through them. */
const alwaysEnabled = new Set(["serviceusage.googleapis.com", "cloudresourcemanager.googleapis.com"]);

/** The project that a request is about, by id; `undefined` when it names none. */
export function projectIn(api: Api, request: JsonObject): string | undefined {
  // Resource Manager v1 calls the resource of a policy by the project's bare id.
  const bare = api.host === "cloudresourcemanager.googleapis.com" ? request.resource : undefined;
  const direct = [request.project, request.projectId, bare].find(
    (value) => typeof value === "string" && /^[a-z0-9][^/]*$/.test(value),
  );
  if (typeof direct === "string") return direct;
  for (const value of Object.values(request)) {
    const named = firstName(value);
    if (named === undefined) continue;
    const project = named.match(/^projects\/([^/]+)/)?.[1];
    const found = project && project !== "-" && project !== "_" ? project : api.projectOf?.(`//${api.host}/${named}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A resource name in a request's field, or in the `name` of the resource that the field holds. */
function firstName(value: JsonObject[string]): string | undefined {
  const name = typeof value === "object" && value !== null && "name" in value ? value.name : value;
  return typeof name === "string" && name.startsWith("projects/") ? name : undefined;
}

/** What the check of a request's project needs. */
export interface ProjectCheck {
  readonly projects: Projects;
  readonly api: Api;
  readonly principal: Principal;
  readonly projectId: string;
}

/**
 * Insists that the project exists and that the API is enabled in it. The owner's projects come into being here.
 *
 * @throws ApiError PERMISSION_DENIED
 */
export function checkProject(check: ProjectCheck): void {
  demandEnabled(check, findProject(check, check.projectId));
}

function findProject({ projects, principal }: Omit<ProjectCheck, "projectId">, projectId: string): Project {
  if (principal.kind === "owner" && !/^\d+$/.test(projectId)) projects.ensure(projectId);
  const project = projects.find(projectId);
  if (!project) throw unknownProject(projectId);
  return project;
}

function demandEnabled({ projects, principal, api }: Omit<ProjectCheck, "projectId">, project: Project): void {
  if (principal.kind === "system" || alwaysEnabled.has(api.host)) return;
  if (!projects.isUsable(project.projectId, api.host)) throw serviceDisabled(api.host, project);
}

/** The header in which a caller names the project that its calls count for. */
const quotaProjectHeader = "x-goog-user-project";

/** What a call's quota project is found and checked by. */
export interface QuotaProjectCheck extends Omit<ProjectCheck, "projectId"> {
  readonly access: Pick<Decider, "decide">;
  readonly headers: Readonly<Record<string, string>>;
}

/** The project that a call counts for, by id or number, when it names one of its own accord. */
export function quotaProjectIn(headers: Readonly<Record<string, string>>): string | undefined {
  return headers[quotaProjectHeader] || undefined;
}

/**
 * Insists that the project that a call is to count for exists, that the API is enabled in it too, and that the caller may
 * use it. Google looks at this before anything else about a call.
 *
 * @throws ApiError PERMISSION_DENIED
 * @see https://cloud.google.com/docs/quotas/quota-project
 */
export function checkQuotaProject({ access, headers, ...check }: QuotaProjectCheck): void {
  const projectId = quotaProjectIn(headers);
  if (projectId === undefined || check.principal.kind === "anonymous") return;
  const project = findProject(check, projectId);
  const resource = `//cloudresourcemanager.googleapis.com/projects/${project.projectId}`;
  const permission = "serviceusage.services.use";
  if (!access.decide({ principal: check.principal, permission, resource })) throw mayNotUse(check.api.host, project);
  demandEnabled(check, project);
}

function mayNotUse(service: string, { projectId, projectNumber }: Project): ApiError {
  return new ApiError({
    code: "PERMISSION_DENIED",
    message:
      `Caller does not have required permission to use project ${projectId}. Grant the caller the ` +
      "roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.",
    details: [
      errorInfo("USER_PROJECT_DENIED", "googleapis.com", {
        service,
        consumer: `projects/${projectNumber}`,
        containerInfo: projectId,
      }),
    ],
    reason: "forbidden",
  });
}

function unknownProject(projectId: string): ApiError {
  return new ApiError({
    code: "PERMISSION_DENIED",
    message: `Permission denied on resource project ${projectId}.`,
    details: [
      errorInfo("CONSUMER_INVALID", "googleapis.com", { consumer: `projects/${projectId}`, containerInfo: projectId }),
    ],
    reason: "forbidden",
  });
}

function serviceDisabled(service: string, { projectId, projectNumber }: Project): ApiError {
  const activationUrl = `https://console.developers.google.com/apis/api/${service}/overview?project=${projectId}`;
  return new ApiError({
    code: "PERMISSION_DENIED",
    message:
      `${service} has not been used in project ${projectId} before or it is disabled. Enable it by visiting ` +
      `${activationUrl} then retry. If you enabled this API recently, wait a few minutes for the action to propagate ` +
      "to our systems and retry.",
    details: [
      errorInfo("SERVICE_DISABLED", "googleapis.com", {
        service,
        consumer: `projects/${projectNumber}`,
        containerInfo: projectId,
        activationUrl,
      }),
    ],
    reason: "accessNotConfigured",
  });
}
