import { expect } from "@jest/globals";
import type { Caller } from "./caller.ts";
import { expectMeans } from "./fetched.ts";

/** Methods whose success another test file of this folder shows, by the file; each file is held to its own list. */
const files = {
  "workloads.long.test.ts": {
    "cloudbuild.googleapis.com google.devtools.cloudbuild.v1.CloudBuild": [
      "CancelBuild",
      "CreateBuild",
      "GetBuild",
      "ListBuilds",
    ],
    "cloudbuild.googleapis.com google.longrunning.Operations": ["CancelOperation", "GetOperation"],
    "cloudfunctions.googleapis.com google.cloud.functions.v1.CloudFunctionsService": ["ListFunctions"],
    "cloudfunctions.googleapis.com google.cloud.functions.v2.FunctionService": [
      "CreateFunction",
      "DeleteFunction",
      "GetFunction",
      "ListFunctions",
      "UpdateFunction",
    ],
    "cloudfunctions.googleapis.com google.iam.v1.IAMPolicy": ["GetIamPolicy", "SetIamPolicy", "TestIamPermissions"],
    "cloudfunctions.googleapis.com google.longrunning.Operations": ["GetOperation"],
    "run.googleapis.com google.cloud.run.v1.Configurations": ["GetConfiguration", "ListConfigurations"],
    "run.googleapis.com google.cloud.run.v1.Executions": [
      "CancelExecution",
      "DeleteExecution",
      "GetExecution",
      "ListExecutions",
    ],
    "run.googleapis.com google.cloud.run.v1.Jobs": [
      "CreateJob",
      "DeleteJob",
      "GetIamPolicy",
      "GetJob",
      "ListJobs",
      "ReplaceJob",
      "RunJob",
      "SetIamPolicy",
      "TestIamPermissions",
    ],
    "run.googleapis.com google.cloud.run.v1.Revisions": ["DeleteRevision", "GetRevision", "ListRevisions"],
    "run.googleapis.com google.cloud.run.v1.Routes": ["GetRoute", "ListRoutes"],
    "run.googleapis.com google.cloud.run.v1.Services": [
      "CreateService",
      "DeleteService",
      "GetIamPolicy",
      "GetService",
      "ListServices",
      "ReplaceService",
      "SetIamPolicy",
      "TestIamPermissions",
    ],
    "run.googleapis.com google.cloud.run.v1.Tasks": ["GetTask", "ListTasks"],
    "run.googleapis.com google.cloud.run.v2.Executions": [
      "CancelExecution",
      "DeleteExecution",
      "GetExecution",
      "ListExecutions",
    ],
    "run.googleapis.com google.cloud.run.v2.Jobs": [
      "CreateJob",
      "DeleteJob",
      "GetIamPolicy",
      "GetJob",
      "ListJobs",
      "RunJob",
      "SetIamPolicy",
      "TestIamPermissions",
      "UpdateJob",
    ],
    "run.googleapis.com google.cloud.run.v2.Revisions": ["DeleteRevision", "GetRevision", "ListRevisions"],
    "run.googleapis.com google.cloud.run.v2.Services": [
      "CreateService",
      "DeleteService",
      "GetIamPolicy",
      "GetService",
      "ListServices",
      "SetIamPolicy",
      "TestIamPermissions",
      "UpdateService",
    ],
    "run.googleapis.com google.cloud.run.v2.Tasks": ["GetTask", "ListTasks"],
    "run.googleapis.com google.longrunning.Operations": ["DeleteOperation", "GetOperation", "WaitOperation"],
    "compute.googleapis.com google.cloud.compute.v1.Networks": ["RemovePeering"],
    "alloydb.googleapis.com google.cloud.alloydb.v1.AlloyDBAdmin": [
      "CreateInstance",
      "CreateUser",
      "DeleteInstance",
      "DeleteUser",
      "ExecuteSql",
      "FailoverInstance",
      "GenerateClientCertificate",
      "GetConnectionInfo",
      "GetInstance",
      "GetUser",
      "InjectFault",
      "ListBackups",
      "ListDatabases",
      "ListInstances",
      "ListSupportedDatabaseFlags",
      "ListUsers",
      "RestartInstance",
      "UpdateInstance",
      "UpdateUser",
    ],
    "alloydb.googleapis.com google.cloud.alloydb.v1alpha.AlloyDBAdmin": [
      "CreateDatabase",
      "CreateInstance",
      "CreateUser",
      "DeleteInstance",
      "DeleteUser",
      "ExecuteSql",
      "FailoverInstance",
      "GenerateClientCertificate",
      "GetConnectionInfo",
      "GetInstance",
      "GetUser",
      "InjectFault",
      "ListBackups",
      "ListDatabases",
      "ListInstances",
      "ListSupportedDatabaseFlags",
      "ListUsers",
      "RestartInstance",
      "UpdateInstance",
      "UpdateUser",
    ],
    "alloydb.googleapis.com google.cloud.alloydb.v1beta.AlloyDBAdmin": [
      "CreateDatabase",
      "CreateInstance",
      "CreateUser",
      "DeleteInstance",
      "DeleteUser",
      "ExecuteSql",
      "FailoverInstance",
      "GenerateClientCertificate",
      "GetConnectionInfo",
      "GetInstance",
      "GetUser",
      "InjectFault",
      "ListBackups",
      "ListDatabases",
      "ListInstances",
      "ListSupportedDatabaseFlags",
      "ListUsers",
      "RestartInstance",
      "UpdateInstance",
      "UpdateUser",
    ],
    "servicenetworking.googleapis.com google.cloud.servicenetworking.v1.ServicePeeringManager": [
      "CreateConnection",
      "DeleteConnection",
      "ListConnections",
      "UpdateConnection",
    ],
    "servicenetworking.googleapis.com google.longrunning.Operations": [
      "CancelOperation",
      "DeleteOperation",
      "GetOperation",
      "ListOperations",
    ],
  },
  "storage.test.ts": {
    "storage.googleapis.com google.storage.v1.Buckets": [
      "Delete",
      "Get",
      "GetIamPolicy",
      "GetStorageLayout",
      "Insert",
      "List",
      "Patch",
      "SetIamPolicy",
      "TestIamPermissions",
      "Update",
    ],
    "storage.googleapis.com google.storage.v1.ManagedFolders": ["List"],
    "storage.googleapis.com google.storage.v1.Projects": ["GetServiceAccount"],
    "storage.googleapis.com google.storage.v1.Objects": [
      "Compose",
      "Copy",
      "Delete",
      "Get",
      "List",
      "Patch",
      "Rewrite",
      "Update",
    ],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A test file that shows methods. */
export type ShowingFile = keyof typeof files;

/** Methods that cannot succeed, with the reason. */
export const neverSucceeds: ReadonlyMap<string, string> = new Map([
  [
    "cloudresourcemanager.googleapis.com google.longrunning.Operations.GetOperation",
    "No served method of the API starts an operation, so that there is none to read.",
  ],
  ...["v1", "v1alpha", "v1beta"].map(
    (version) =>
      [
        `alloydb.googleapis.com google.cloud.alloydb.${version}.AlloyDBAdmin.GetBackup`,
        "Backups are not made, so that there is none to read.",
      ] as const,
  ),
]);

/** File that shows a method, by the method's host and full name. */
export const shownElsewhere: ReadonlyMap<string, string> = new Map(
  Object.entries(files).flatMap(([file, services]) =>
    Object.entries(services).flatMap(([service, names]) =>
      names.map((name: string) => [`${service}.${name}`, file] as const),
    ),
  ),
);

/** Expects that a caller was answered with success by all that its test file is listed with. */
export function expectShownIn(file: ShowingFile, caller: Pick<Caller, "shown" | "transport">): void {
  const names = [...shownElsewhere].filter(([, shownIn]) => shownIn === file).map(([name]) => name);
  expect(names.filter((name) => !caller.shown.has(name))).toEqual([]);
  expectMeans(caller);
}
