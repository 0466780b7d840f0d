import type { Api } from "../../../local/api.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { jsonResponse } from "../../../local/http.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud, LocalCloudOptions } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createWorkflowExecutions } from "../../../local/workflows/executions.ts";
import { createWorkflows } from "../../../local/workflows/workflows.ts";
import { type RestAnswer, type RestCall, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

/** Where the tests' workflows are. */
export const location = `projects/${testProject}/locations/asia-northeast1`;

/** The account that the tests' workflows run as. */
export const account = `runner@${testProject}.iam.gserviceaccount.com`;

/** Answers any request to `*.run.app` with what it was sent and whom its ID token names. */
function createEcho({ tokens }: Cloud): Api {
  return {
    host: "echo.googleapis.com",
    methods: {},
    permissions: {},
    sites: [
      {
        matches: (host) => host.endsWith(".run.app"),
        handle: (_, response) => response.end(),
        async fetch({ method, headers, body }) {
          const { principal, audience } = tokens.verifyIdToken((headers.authorization ?? "").replace("Bearer ", ""));
          const email = principal.kind === "anonymous" ? undefined : principal.email;
          return jsonResponse(200, { method, email, audience, body: JSON.parse(body.toString() || "null") });
        },
      },
    ],
  };
}

/** A local cloud with the Workflows APIs and what they need, other APIs too if asked, and the account `runner`. */
export async function startWorkflowCloud(
  apis: LocalCloudOptions["apis"] = [],
  options: LocalCloudOptions = {},
): Promise<LocalCloud> {
  const local = await startTestCloud({
    ...options,
    apis: [createIam, createResourceManager, createWorkflows, createWorkflowExecutions, createEcho, ...apis],
  });
  local.cloud.projects.ensure(testProject);
  const body = { accountId: "runner", serviceAccount: {} };
  await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, { body });
  await local.cloud.clock.advance(600_000);
  return local;
}

/** Calls the Workflows API below the tests' location. */
export function workflows(local: LocalCloud, target: string, call?: RestCall): Promise<RestAnswer> {
  const [verb, path] = target.split(" ");
  return rest(local, `${verb} workflows.googleapis.com/v1/${location}/${path}`, call);
}

/** Calls the Executions API below the tests' location. */
export function executions(local: LocalCloud, target: string, call?: RestCall): Promise<RestAnswer> {
  const [verb, path] = target.split(" ");
  return rest(local, `${verb} workflowexecutions.googleapis.com/v1/${location}/${path}`, call);
}

/** Waits for the operation that a request started, and gives it. */
export async function ended(local: LocalCloud, { body }: RestAnswer): Promise<JsonObject> {
  const name = String(body.name);
  using hold = local.cloud.clock.hold();
  await local.cloud.operations.wait("workflows.googleapis.com", name, 10_000, hold);
  return (await rest(local, `GET workflows.googleapis.com/v1/${name}`)).body;
}

/** Deploys a definition and waits until it is there. */
export async function deploy(
  local: LocalCloud,
  id: string,
  sourceContents: string,
  fields: object = {},
): Promise<JsonObject> {
  const body = { sourceContents, serviceAccount: account, ...fields };
  return ended(local, await workflows(local, `POST workflows?workflowId=${id}`, { body }));
}

/** Starts an execution and gives its full name. */
export async function execute(local: LocalCloud, id: string, execution: object = {}): Promise<string> {
  const { body } = await executions(local, `POST workflows/${id}/executions`, { body: execution });
  return String(body.name);
}

/** The execution once it has ended. */
export async function outcomeOf(local: LocalCloud, name: string): Promise<JsonObject> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const { body } = await rest(local, `GET workflowexecutions.googleapis.com/v1/${name}`);
    if (body.state !== "ACTIVE" && body.state !== "QUEUED") return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${name} does not end`);
}
