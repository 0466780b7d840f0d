import { jest } from "@jest/globals";
import { createArtifactRegistry } from "../../../local/artifactregistry/artifact-registry.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createRun } from "../../../local/run/run.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { pushImage } from "../../support/push-image.ts";

// Processes really start: a busy machine takes its time.
jest.setTimeout(60_000);

/** What a request came back with. */
interface Answer {
  readonly status: number;
  readonly body: JsonObject & { readonly error?: { readonly status?: string; readonly message?: string } };
}

/** A local cloud with a project in which Cloud Run is enabled, and short ways to it. */
export interface Fixture {
  readonly local: LocalCloud;
  readonly region: string;
  /** Calls an API over REST; as the owner unless told otherwise. */
  call(verb: string, path: string, body?: object, token?: string): Promise<Answer>;
  /** Calls, waits for the operation and gives it. */
  operate(verb: string, path: string, body?: object): Promise<Answer["body"]>;
  /** Pushes a one-file application and gives a reference to it. */
  push(name: string, source: string): string;
  /** What containers printed. */
  printed(): readonly string[];
  stop(): Promise<void>;
}

export const project = "my-project";
export const parent = `run.googleapis.com/v2/projects/${project}/locations/asia-northeast1`;
export const runner = `runner@${project}.iam.gserviceaccount.com`;

/** Starts the fixture; more APIs can be added. */
export async function startFixture(
  more: NonNullable<Parameters<typeof startLocalCloud>[0]>["apis"] = [],
): Promise<Fixture> {
  const run = (cloud: Parameters<typeof createRun>[0]) => createRun(cloud, { idleMs: 60_000 });
  const apis = [
    createIam,
    createResourceManager,
    createServiceUsage,
    createArtifactRegistry,
    createLogging,
    run,
    ...more,
  ];
  const local = await startLocalCloud({ apis, project, offline: true });

  const call: Fixture["call"] = async (verb, path, body, token = "owner") => {
    const response = await fetch(`${local.url}/${path}`, {
      method: verb,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  };
  const operate: Fixture["operate"] = async (verb, path, body) => {
    const { body: operation } = await call(verb, path, body);
    if (operation.error || operation.done) return operation;
    const host = path.split("/").slice(0, 2).join("/");
    for (;;) {
      const { body: present } = await call("GET", `${host}/${operation.name}`);
      if (present.done || !present.name) return present;
      const { clock, operations } = local.cloud;
      await clock.working((hold) => operations.wait(path.split("/")[0] ?? "", String(operation.name), 10_000, hold));
    }
  };

  const services = [
    "run",
    "artifactregistry",
    "logging",
    "storage",
    "iam",
    "cloudfunctions",
    "cloudbuild",
    "secretmanager",
    "compute",
    "vpcaccess",
  ];
  for (const service of services) local.cloud.projects.setUsable(project, `${service}.googleapis.com`, true);
  await call("POST", `iam.googleapis.com/v1/projects/${project}/serviceAccounts`, { accountId: "runner" });

  return {
    local,
    region: "asia-northeast1",
    call,
    operate,
    push: (name, source) => pushImage(local, { project, name, source }),
    printed: () => local.cloud.logs.list(project).map(({ textPayload }) => String(textPayload)),
    stop: () => local.stop(),
  };
}
