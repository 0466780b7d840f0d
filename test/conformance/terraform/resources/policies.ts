import { expect } from "@jest/globals";
import type { Life } from "../life.ts";
import { type Binding, bind, isWithout, type PolicyAddress, toJson, unbind, viewOf, write } from "../policy-steps.ts";

const deployer = "serviceAccount:deployer@{project}.iam.gserviceaccount.com";
const text = expect.any(String) as unknown as string;
const state = (binding: Binding) => ({ bindings: [toJson(binding)], etag: text });

const projects = "POST cloudresourcemanager.googleapis.com/v1/projects/{project}";
const project: PolicyAddress = {
  read: `${projects}:getIamPolicy`,
  asking: { options: { requestedPolicyVersion: 3 } },
  write: `${projects}:setIamPolicy`,
  besides: { updateMask: "bindings,etag,auditConfigs" },
};

const repositories = "artifactregistry.googleapis.com/v1/projects/{project}/locations/us-central1/repositories";
const repository: PolicyAddress = {
  read: `GET ${repositories}/images:getIamPolicy`,
  write: `POST ${repositories}/images:setIamPolicy`,
};

const files = "storage.googleapis.com/storage/v1/b/{project}-files/iam";
const bucket: PolicyAddress = {
  read: `GET ${files}?optionsRequestedPolicyVersion=3&prettyPrint=false`,
  write: `PUT ${files}?prettyPrint=false`,
  besides: "whole",
};

const admin: Binding = { role: "roles/run.admin", members: [deployer] };
const viewers: Binding = { role: "roles/viewer", members: [deployer, "user:jane@example.com"] };
const fewer: Binding = { role: "roles/viewer", members: ["user:jane@example.com"] };
const owned: Binding = { role: "roles/browser", members: ["user:jane@example.com"] };
const puller: Binding = { role: "roles/artifactregistry.reader", members: [deployer] };
const reader: Binding = { role: "roles/storage.objectViewer", members: [deployer] };

/** Policies, of which the provider writes a whole one, a role's members, or one member. */
export const policyLives: readonly Life[] = [
  {
    resource: "google_project_iam_policy",
    create: write(project, () => [toJson(owned)]),
    read: project.read,
    asking: project.asking,
    imports: ["{project}", { id: "{number}", read: project.read.replace("{project}", "{number}") }],
    // The provider compares the whole; here the roles that the resources below bind are left to them.
    view: viewOf(owned.role),
    state: state(owned),
    update: bind(project, { ...owned, members: [deployer] }),
    updated: state({ ...owned, members: [deployer] }),
    // What it leaves is an empty policy.
    remove: write(project, () => []),
    gone: ({ bindings }) => bindings === undefined,
  },
  {
    resource: "google_project_iam_binding",
    create: bind(project, viewers),
    read: project.read,
    asking: project.asking,
    imports: [`{project} ${viewers.role}`, `{number} ${viewers.role}`],
    view: viewOf(viewers.role),
    state: state(viewers),
    // Somebody else was faster: the provider reads again and writes again.
    update: [...bind(project, viewers), { ...bind(project, fewer)[1], status: 409 }, ...bind(project, fewer)],
    updated: state(fewer),
    remove: unbind(project, viewers.role),
    gone: isWithout(viewers.role),
  },
  {
    resource: "google_project_iam_member",
    create: bind(project, admin),
    read: project.read,
    asking: project.asking,
    imports: [`{project} ${admin.role} ${deployer}`, `{number} ${admin.role} ${deployer}`],
    view: viewOf(admin.role),
    state: state(admin),
    remove: unbind(project, admin.role),
    gone: isWithout(admin.role),
  },
  {
    resource: "google_artifact_registry_repository_iam_member",
    create: bind(repository, puller),
    read: repository.read,
    imports: ["{project}", "{number}"].map(
      (spelled) => `projects/${spelled}/locations/us-central1/repositories/images ${puller.role} ${deployer}`,
    ),
    view: viewOf(puller.role),
    state: state(puller),
    remove: unbind(repository, puller.role),
    gone: isWithout(puller.role),
  },
  {
    resource: "google_storage_bucket_iam_member",
    create: bind(bucket, reader),
    read: bucket.read,
    imports: [`b/{project}-files ${reader.role} ${deployer}`, `{project}-files ${reader.role} ${deployer}`],
    view: viewOf(reader.role),
    state: state(reader),
    remove: unbind(bucket, reader.role),
    gone: isWithout(reader.role),
  },
];
