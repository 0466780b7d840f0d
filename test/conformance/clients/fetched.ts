import { expect } from "@jest/globals";
import type { Caller, Transport } from "./caller.ts";

/** Methods that are called by google-auth-library's fetch. */
interface Fetched {
  /** Host and service, or host and full method name. */
  readonly names: readonly string[];
  /** Where clients cannot call them; everywhere unless given. */
  readonly over?: Transport;
  readonly reason: string;
}

/** What no official client of Node calls, and why. */
const fetched: readonly Fetched[] = [
  {
    names: ["cloudfunctions.googleapis.com google.longrunning.Operations.GetOperation"],
    over: "REST",
    reason: "The client's part for operations is told no address of them and refuses by itself.",
  },
  {
    names: ["run.googleapis.com google.longrunning.Operations.WaitOperation"],
    reason: "The clients' part for operations polls by itself and has no call of it.",
  },
  {
    names: ["cloudresourcemanager.googleapis.com google.cloudresourcemanager.v1.Projects"],
    reason: "@google-cloud/resource-manager is a client of version 3.",
  },
  {
    names: ["iam.googleapis.com google.iam.admin.v1.IAM"],
    reason: "@google-cloud/iam has deny policies and access boundaries, and no package has the rest of IAM.",
  },
  {
    names: [
      "workflows.googleapis.com google.cloud.workflows.v1.Workflows",
      "workflows.googleapis.com google.cloud.location.Locations",
      "workflows.googleapis.com google.longrunning.Operations",
      "workflowexecutions.googleapis.com google.cloud.workflows.executions.v1.Events",
      "workflowexecutions.googleapis.com google.cloud.workflows.executions.v1.ExecutionHistory",
    ],
    reason: "@google-cloud/workflows exports ExecutionsClient alone: Workflows have no client in Node's packages.",
  },
  {
    names: [
      "vpcaccess.googleapis.com google.cloud.vpcaccess.rest.Connectors",
      "workflowexecutions.googleapis.com google.cloud.workflows.executions.rest.Executions",
    ],
    reason: "The API has them in its discovery document only, from which no client is generated.",
  },
  {
    names: [
      ...["Configurations", "Executions", "Jobs", "Revisions", "Routes", "Services", "Tasks"].map(
        (service) => `run.googleapis.com google.cloud.run.v1.${service}`,
      ),
    ],
    reason: "@google-cloud/run is a client of version 2; version 1 is Knative's.",
  },
  {
    names: [
      "servicenetworking.googleapis.com google.cloud.servicenetworking.v1.ServicePeeringManager",
      "servicenetworking.googleapis.com google.longrunning.Operations",
    ],
    reason: "No package has Service Networking.",
  },
  {
    names: ["cloudbilling.googleapis.com google.cloud.billing.v1.CloudBilling"],
    reason: "@google-cloud/billing is not installed for the two calls that there are.",
  },
  {
    names: ["pubsub.googleapis.com google.iam.v1.IAMPolicy.GetIamPolicy"],
    over: "REST",
    reason: "Clients ask for the policy by POST, where the API has GET.",
  },
  {
    names: ["cloudfunctions.googleapis.com google.iam.v1.IAMPolicy"],
    over: "REST",
    reason: "Clients ask for policies below /v1, where the API has those of the first generation's functions.",
  },
  {
    names: ["cloudfunctions.googleapis.com google.longrunning.Operations.ListOperations"],
    over: "REST",
    reason: "Clients ask for operations at the root, where the API has them below a location.",
  },
  {
    names: [
      ...["Buckets.GetStorageLayout", "Buckets.Update", "ManagedFolders.List", "Objects.Copy", "Objects.Update"].map(
        (method) => `storage.googleapis.com google.storage.v1.${method}`,
      ),
    ],
    reason: "@google-cloud/storage patches and rewrites instead, and does not ask for the other two.",
  },
];

function reasonOf(name: string, transport: Transport): string | undefined {
  const found = fetched.find(
    ({ names, over = transport }) =>
      over === transport && names.some((one) => name === one || name.slice(0, name.lastIndexOf(".")) === one),
  );
  return found?.reason;
}

/** Expects that a client called whatever a client can call, and fetch nothing but what is listed. */
export function expectMeans({ shown, transport }: Pick<Caller, "shown" | "transport">): void {
  const listed = [...shown.keys()].filter((name) => reasonOf(name, transport) !== undefined);
  const used = [...shown].filter(([, means]) => means === "fetch").map(([name]) => name);
  expect(used.sort()).toEqual(listed.sort());
}
