import { describe, expect, it } from "@jest/globals";
import { ensureFunction } from "../../deploy/functions.ts";
import { installationAccounts, installationFunctions, installationLabels } from "../../deploy/installation.ts";
import { ensureRunnerImage } from "../../deploy/runner.ts";
import { ensureWorkflows } from "../../deploy/workflows.ts";
import type { CloudFunction, FunctionsClient } from "../../google/clients/functions.ts";
import type { Policy } from "../../google/policy.ts";

const project = "my-project";
const target = { project, projectNumber: "12345", region: "us-central1" };
const foreign = { labels: { "alloyrun-installation": "other-alloyrun" } };

/** A client that refuses whatever is called but what is given, so that nothing can have been changed. */
function only<Client extends object>(given: Partial<Client>): Client {
  const refuse = (method: string | symbol) => () => {
    throw new Error(`${String(method)} was called`);
  };
  return new Proxy(given, { get: (client, method) => Reflect.get(client, method) ?? refuse(method) }) as Client;
}

function refusalOf(name: string) {
  return { code: "ALREADY_EXISTS", resource: name, message: expect.stringContaining("it was left as it is") };
}

const place = `projects/${project}/locations/us-central1`;
const [lock] = installationFunctions(project).filter(({ id }) => id === "alloyrun-lock");
if (!lock) throw new Error("there is no function alloyrun-lock");
const bundle = { files: {}, sources: [], content: "c".repeat(64) };
const wanted = { ...lock, bundle, environment: {} };
/** The wanted function as it is once it was deployed. */
const deployed: CloudFunction = {
  state: "ACTIVE",
  labels: { ...installationLabels(project), "alloyrun-content": "c".repeat(40) },
  buildConfig: {
    runtime: "nodejs24",
    entryPoint: "alloyrun-lock",
    serviceAccount: `projects/${project}/serviceAccounts/alloyrun-build@${project}.iam.gserviceaccount.com`,
  },
  serviceConfig: {
    serviceAccountEmail: lock.account,
    timeoutSeconds: 120,
    availableMemory: "512M",
    maxInstanceCount: 10,
    ingressSettings: "ALLOW_ALL",
    allTrafficOnLatestRevision: true,
  },
};
const service = { template: { serviceAccount: lock.account }, ingress: "INGRESS_TRAFFIC_ALL" } as const;

describe("what somebody else made under one of our names", () => {
  it("is left as it is when it is a function", async () => {
    const clients = only<Parameters<typeof ensureFunction>[0]>({
      functions: only<FunctionsClient>({ getFunction: async () => foreign }),
    });
    const refusal = refusalOf(`${place}/functions/alloyrun-lock`);
    await expect(ensureFunction(clients, target, wanted)).rejects.toMatchObject(refusal);
  });

  it("is left as it is when it is a workflow", async () => {
    const workflows = only<Parameters<typeof ensureWorkflows>[0]>({ getWorkflow: async () => foreign });
    const refusal = refusalOf(`${place}/workflows/alloyrun-environment`);
    await expect(ensureWorkflows(workflows, target, async () => undefined)).rejects.toMatchObject(refusal);
  });

  it("is left as it is when it is the repository", async () => {
    const registry = only<Parameters<typeof ensureRunnerImage>[0]["registry"]>({ getRepository: async () => foreign });
    const clients = only<Parameters<typeof ensureRunnerImage>[0]>({ registry });
    const refusal = refusalOf(`${place}/repositories/alloyrun`);
    await expect(ensureRunnerImage(clients, target)).rejects.toMatchObject(refusal);
  });
});

describe("the callers of a function of our own", () => {
  it("are of our accounts those of this version alone, and whom people added", async () => {
    const role = "roles/run.invoker";
    const emailOf = (account: string) => installationAccounts(project).find(({ name }) => name === account)?.email;
    const bindings = [{ role, members: [`serviceAccount:${emailOf("sweep")}`, "allUsers", "group:team@example.com"] }];
    const written: Policy[] = [];
    const clients = only<Parameters<typeof ensureFunction>[0]>({
      functions: only<FunctionsClient>({ getFunction: async () => deployed }),
      run: only<Parameters<typeof ensureFunction>[0]["run"]>({
        getService: async () => service,
        getServicePolicy: async () => ({ bindings }),
        setServicePolicy: async (_name, policy) => {
          written.push(policy);
          return policy;
        },
      }),
    });
    await ensureFunction(clients, target, wanted);
    expect(written.map((policy) => policy.bindings)).toEqual([
      [{ role, members: ["group:team@example.com", `serviceAccount:${emailOf("workflow")}`] }],
    ]);
  });
});
