import { system } from "../access/principal.ts";
import type { RunningOperation } from "../api.ts";
import { ApiError, codes, toApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { createLatencies } from "../latency.ts";
import type { Function as CloudFunction, Stage, Stage_Name, Stage_State } from "../model/generated/functions.ts";
import type { Operation } from "../model/generated/google.ts";
import type { Service } from "../model/generated/run.ts";
import { buildFunction } from "./build.ts";
import { demandFunction, type FunctionsContext, parseName, typePrefix } from "./context.ts";
import { toService } from "./service.ts";
import { placeTrigger, removeTrigger } from "./trigger.ts";

const runHost = "run.googleapis.com";

/** Longest that one look at Cloud Run's operation lasts, in real milliseconds; there are as many looks as it takes. */
const lookMs = 60_000;

/**
 * The work behind creating and updating a function: build, then the Cloud Run service. A function whose deployment
 * failed stays, in state FAILED, and can be updated or deleted.
 */
export async function runDeploy(context: FunctionsContext, operation: RunningOperation): Promise<JsonObject> {
  const name = String(operation.input.name);
  const { cloud, functions } = context;
  try {
    const service = await deploy(context, operation, demandFunction(context, name));
    const placed = await connect(context, operation, service);
    await operation.latency();
    const active = conclude(context, name, service);
    operation.annotate({
      endTime: cloud.clock.timestamp(),
      stages: stages({ BUILD: "COMPLETE", SERVICE: "COMPLETE", ...placed }),
    });
    return { "@type": `${typePrefix}Function`, ...active };
  } catch (caught) {
    const { message } = toApiError(caught);
    const present = demandFunction(context, name);
    const stateMessages = [{ severity: "ERROR" as const, type: "CloudRunServiceNotReady", message }];
    functions.put(name, { ...present, state: "FAILED", stateMessages, updateTime: cloud.clock.timestamp() });
    operation.annotate({ endTime: cloud.clock.timestamp() });
    throw caught;
  }
}

async function deploy(
  context: FunctionsContext,
  operation: RunningOperation,
  present: CloudFunction,
): Promise<Service> {
  const { project } = parseName(present.name ?? "");
  operation.annotate({ stages: stages({ BUILD: "IN_PROGRESS", SERVICE: "NOT_STARTED" }) });
  const image = await buildFunction(context, present);
  operation.annotate({
    buildName: `projects/${project}/locations/global/builds/${image.digest.slice(7, 43)}`,
    stages: stages({ BUILD: "COMPLETE", SERVICE: "IN_PROGRESS" }),
  });
  return await writeService(context, operation, toService(context, present, image.reference));
}

/** Connects the function with what calls it besides HTTP; gives the stage that this was. */
async function connect(
  context: FunctionsContext,
  { input, annotate, hold }: RunningOperation,
  service: Service,
): Promise<Partial<Record<Stage_Name, Stage_State>>> {
  const name = String(input.name);
  const { eventTrigger: trigger } = demandFunction(context, name);
  if (!trigger) {
    await removeTrigger(context, name);
    return {};
  }
  annotate({ stages: stages({ BUILD: "COMPLETE", SERVICE: "COMPLETE", TRIGGER: "IN_PROGRESS" }) });
  if (!context.triggers.get(name)) {
    await hold.sleep(createLatencies(context.cloud)("eventarc.trigger.create", name), { draws: true });
  }
  await placeTrigger(context, { name, trigger, service });
  return { TRIGGER: "COMPLETE" };
}

async function writeService(
  { cloud }: FunctionsContext,
  { hold }: RunningOperation,
  service: Service,
): Promise<Service> {
  const request = { service, allowMissing: true };
  const { name = "" } = await cloud.call<Operation>(
    "google.cloud.run.v2.Services.UpdateService",
    request,
    system("gcf-admin-robot"),
  );
  for (;;) {
    const { endTime, error } = await cloud.operations.wait(runHost, name, lookMs, hold);
    if (endTime === undefined) continue;
    if (!error) break;
    const code =
      (Object.keys(codes) as (keyof typeof codes)[]).find((one) => codes[one].grpc === error.code) ?? "UNKNOWN";
    const message = `Could not create or update Cloud Run service ${service.name?.split("/").at(-1)}, Container Healthcheck failed. ${error.message}`;
    throw new ApiError({ code: code === "FAILED_PRECONDITION" ? "INVALID_ARGUMENT" : code, message });
  }
  return await cloud.call<Service>(
    "google.cloud.run.v2.Services.GetService",
    { name: service.name },
    system("gcf-admin-robot"),
  );
}

function conclude({ cloud, functions }: FunctionsContext, name: string, service: Service): CloudFunction {
  const { address } = parseName(name);
  cloud.store.collection("run.aliases").put(address, { service: service.name });
  const { stateMessages: _, serviceConfig, ...present } = functions.get(name) ?? {};
  const revision = service.latestReadyRevision?.split("/").at(-1);
  return functions.put(name, {
    ...present,
    name,
    state: "ACTIVE",
    url: `https://${address}`,
    serviceConfig: { ...serviceConfig, service: service.name, uri: service.uri, revision },
    updateTime: cloud.clock.timestamp(),
  });
}

function stages(states: Partial<Record<Stage_Name, Stage_State>>): readonly JsonObject[] {
  return Object.entries(states).map(
    ([name, state]) => ({ name, state }) satisfies Record<keyof Pick<Stage, "name" | "state">, string>,
  );
}

/** The work of deleting a function with its service. */
export async function runDelete(context: FunctionsContext, operation: RunningOperation): Promise<JsonObject> {
  const { cloud, functions } = context;
  const name = String(operation.input.name);
  const { service, address } = parseName(name);
  await removeTrigger(context, name);
  try {
    const request = { name: service };
    const deleting = await cloud.call<Operation>(
      "google.cloud.run.v2.Services.DeleteService",
      request,
      system("gcf-admin-robot"),
    );
    while ((await cloud.operations.wait(runHost, deleting.name ?? "", lookMs, operation.hold)).endTime === undefined);
  } catch (caught) {
    // Somebody may have deleted the service by hand, or it was never made.
    if (toApiError(caught).code !== "NOT_FOUND") throw caught;
  }
  await operation.latency().catch((caught: unknown) => {
    functions.put(name, { ...demandFunction(context, name), state: "FAILED" });
    throw caught;
  });
  cloud.store.collection("run.aliases").delete(address);
  functions.delete(name);
  cloud.access.deletePolicies(`//cloudfunctions.googleapis.com/${name}`);
  return { "@type": "type.googleapis.com/google.protobuf.Empty" };
}
