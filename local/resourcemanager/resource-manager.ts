import type { Principal } from "../access/principal.ts";
import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { readListing } from "../list/listing.ts";
import type { ResourceManagerMethods } from "../model/generated/resource-manager.ts";
import type { ResourceManagerV1Methods } from "../model/generated/resource-manager-v1.ts";
import { policyMethods } from "../policy.ts";
import type { Project } from "../projects.ts";
import { permissions } from "./permissions.ts";

const host = "cloudresourcemanager.googleapis.com";

/**
 * Cloud Resource Manager v1 and v3: projects and their policies.
 *
 * @see https://cloud.google.com/resource-manager/reference/rest
 */
export function createResourceManager(cloud: Cloud): Api {
  const find = (name: string): Project => findProject(cloud, name);
  const policies = policyMethods(cloud, (resource) => `//${host}/projects/${find(resource).projectId}`);
  return {
    host,
    permissions,
    methods: {
      ...handlers<ResourceManagerMethods>({
        "google.cloud.resourcemanager.v3.Projects.SearchProjects": ({ query, ...page }, { principal }) => {
          const { items, nextPageToken } = listProjects(cloud, { ...page, principal, filter: query, ...third });
          return { projects: items, nextPageToken };
        },
        "google.cloud.resourcemanager.v3.Projects.GetProject": ({ name = "" }) => toV3(find(name)),
        "google.cloud.resourcemanager.v3.Projects.GetIamPolicy": (request) => policies.get(request),
        "google.cloud.resourcemanager.v3.Projects.SetIamPolicy": (request) => policies.set(request),
        "google.cloud.resourcemanager.v3.Projects.TestIamPermissions": (request, call) => policies.test(request, call),
      }),
      ...handlers<ResourceManagerV1Methods>({
        "google.cloudresourcemanager.v1.Projects.ListProjects": (request, { principal }) => {
          const { items, nextPageToken } = listProjects(cloud, { ...request, principal, ...first });
          return { projects: items, nextPageToken };
        },
        "google.cloudresourcemanager.v1.Projects.GetProject": ({ projectId = "" }) => toV1(find(projectId)),
        "google.cloudresourcemanager.v1.Projects.GetAncestry": ({ projectId = "" }) => ({
          ancestor: [{ resourceId: { type: "project", id: find(projectId).projectId } }],
        }),
        "google.cloudresourcemanager.v1.Projects.GetIamPolicy": (request) => policies.get(request),
        "google.cloudresourcemanager.v1.Projects.SetIamPolicy": (request) => policies.set(request),
        "google.cloudresourcemanager.v1.Projects.TestIamPermissions": (request, call) => policies.test(request, call),
      }),
    },
  };
}

interface Listing<T> {
  readonly principal: Principal;
  readonly filter?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly view: (project: Project) => T;
  /** Full name of what the view gives. */
  readonly type: string;
}

/** The projects that a caller may see, which pass the filter; `id` in it is the project's. */
function listProjects<T extends { readonly projectId: string; readonly name: string }>(
  { projects, access }: Cloud,
  { principal, view, type, ...request }: Listing<T>,
) {
  const options = { aliases: { id: "projectId" }, idOf: ({ projectId }: T) => projectId };
  const listing = readListing<T>(type, request, options);
  const maySee = ({ projectId }: Project) =>
    access.wouldAllow(principal, "resourcemanager.projects.get", `//${host}/projects/${projectId}`);
  return listing.page(projects.list().filter(maySee).map(view), { usual: 500, most: 1000 });
}

/** Google does not tell a project that does not exist from one that the caller may not see. */
function findProject(cloud: Cloud, name: string): Project {
  const project = cloud.projects.find(name.replace(/^projects\//, ""));
  if (!project) throw new ApiError({ code: "PERMISSION_DENIED", message: "The caller does not have permission" });
  return project;
}

function toV3({ projectId, projectNumber, createTime }: Project) {
  const etag = `W/"${Buffer.from(projectNumber).toString("hex").slice(-16)}"`;
  return {
    name: `projects/${projectNumber}`,
    projectId,
    state: "ACTIVE",
    displayName: projectId,
    createTime,
    updateTime: createTime,
    etag,
  } as const;
}

function toV1({ projectId, projectNumber, createTime }: Project) {
  return { projectNumber, projectId, lifecycleState: "ACTIVE", name: projectId, createTime } as const;
}

const first = { view: toV1, type: "google.cloudresourcemanager.v1.Project" } as const;
const third = { view: toV3, type: "google.cloud.resourcemanager.v3.Project" } as const;
