import { createTokens } from "./access/issuer.ts";
import { createAccess } from "./access/policies.ts";
import { owner, type Principal } from "./access/principal.ts";
import type { Api, Site } from "./api.ts";
import type { Authority } from "./certificate.ts";
import type { Cloud } from "./cloud.ts";
import { createFabric } from "./fabric.ts";
import { noLine } from "./fault/effect.ts";
import { createFaults, type Faults } from "./fault/faults.ts";
import { createFaultGate } from "./fault/gate.ts";
import type { Journal } from "./journal.ts";
import type { JsonObject } from "./json.ts";
import { createLogs } from "./logs.ts";
import { readRequest } from "./model/bind.ts";
import { loadModel } from "./model/model.ts";
import { createRouter } from "./model/router.ts";
import { createOAuthContext } from "./oauth/context.ts";
import { createOperations } from "./operation.ts";
import type { Processes } from "./process/process.ts";
import { createProjects } from "./projects.ts";
import type { Random } from "./random.ts";
import { createResourceNames } from "./server/call-resource.ts";
import { createDispatcher, type DispatchContext, type Dispatcher } from "./server/dispatch.ts";
import { createGrpcServer, type GrpcServer } from "./server/grpc.ts";
import { createHostTable } from "./server/hosts.ts";
import { createMetadataServers, type MetadataServers } from "./server/metadata.ts";
import { createSharedMethods } from "./server/shared.ts";
import { invokeStream } from "./server/stream.ts";
import { createWeb, type Web, type WebContext } from "./server/web.ts";
import type { State } from "./state/state.ts";

/** What a local cloud is put together from. */
export interface AssembleOptions {
  readonly state: Pick<State, "store" | "clock" | "directory" | "logs">;
  readonly random: Random;
  readonly journal: Journal;
  readonly apis: readonly ((cloud: Cloud) => Api)[];
  readonly authority: Authority;
  readonly processes: Processes;
  readonly offline: boolean;
  /** Project that the port's own metadata pages name. */
  readonly project: string;
  /** Second part of the loopback addresses given out. */
  readonly block: number;
  readonly environment: Cloud["environment"];
  readonly admin: WebContext["admin"];
}

/** The parts of a local cloud that a port serves. */
export interface Assembled {
  readonly cloud: Cloud;
  readonly apis: readonly Api[];
  readonly faults: Faults;
  readonly journal: Journal;
  readonly web: Web;
  readonly grpc: GrpcServer;
  readonly metadataServers: MetadataServers;
}

/** Puts a local cloud together; nothing listens yet. */
export function assemble(options: AssembleOptions): Assembled {
  const byHost = new Map<string, Api>();
  const core = createCore(options, byHost);
  const { dispatch, dispatcher, hosts, metadata, metadataServers } = core;
  const { tokens, store, operations } = core;
  let sites: readonly Site[] | undefined;
  const web = createWeb({
    ...{ hosts, metadata },
    oauth: createOAuthContext(store, tokens),
    rest: { ...dispatch, tokens, dispatcher },
    sites: () => {
      sites ??= apis.flatMap((api) => api.sites ?? []);
      return sites;
    },
    subject: { identity: { principal: owner }, project: options.project, region: "us-central1" },
    admin: options.admin,
    offline: options.offline,
  });
  const { clock, random, access, projects } = core;
  const cloud: Cloud = {
    ...{ clock, random, store, operations, access, tokens, projects },
    fabric: createFabric(options.block),
    processes: options.processes,
    logs: createLogs({ clock, random, file: options.state.logs }),
    authority: options.authority,
    directory: options.state.directory,
    environment: options.environment,
    fetch: web.fetch,
    call: (method, request, as) =>
      callMethod(dispatch, dispatcher, { method, request: request as JsonObject, as }) as never,
    listenMetadata({ workload, project, region, serviceAccount }) {
      const principal = serviceAccountPrincipal(store, serviceAccount);
      const subject = { identity: { principal, workload: workload.name }, project, region };
      return metadataServers.listen(subject, workload.address);
    },
  };
  const apis = options.apis.map((create) => create(cloud));
  for (const api of apis) byHost.set(api.host, api);
  const grpc = createGrpcServer({
    ...{ model: dispatch.model, tokens, operations, dispatcher, hosts },
    stream: (invocation) => invokeStream(dispatch, invocation),
  });
  const faults = createFaults({ store, clock });
  return { cloud, apis, faults, journal: dispatch.journal, web, grpc, metadataServers };
}

/** What needs nothing but the APIs by their host, which are made later. */
function createCore({ state: { clock, store }, random, journal }: AssembleOptions, byHost: ReadonlyMap<string, Api>) {
  const projects = createProjects({ store, random, timestamp: () => clock.timestamp() });
  const tokens = createTokens({ store, isGone: ({ email, uniqueId }) => isGone(store, email, uniqueId) });
  const model = loadModel();
  const router = createRouter(model);
  const projectOf = (resource: string) => byHost.get(resource.split("/")[2] ?? "")?.projectOf?.(resource);
  const containerOf = (resource: string) => byHost.get(resource.split("/")[2] ?? "")?.containerOf?.(resource);
  const access = createAccess({ clock, store, random, projects, projectOf, containerOf });
  const gate = createFaultGate({ clock, store, random, projects });
  const operations = createOperations({
    ...{ clock, store, random, journal, gate },
    api: (host) => demandApi(byHost, host),
  });
  const dispatch: DispatchContext = {
    ...{ model, router, clock, access, projects },
    ...{ journal, gate, nameResource: createResourceNames((method) => router.pathOf(method)) },
    shared: createSharedMethods(operations),
    api: (host) => byHost.get(host),
  };
  const metadata = { tokens, projects };
  return {
    ...{ clock, store, random, projects, tokens, access, operations, dispatch, metadata },
    dispatcher: createDispatcher(dispatch),
    hosts: createHostTable((host) => router.serves(host) || byHost.has(host)),
    metadataServers: createMetadataServers(metadata),
  };
}

function demandApi(byHost: ReadonlyMap<string, Api>, host: string): Api {
  const api = byHost.get(host);
  if (!api) throw new Error(`no API at ${host}`);
  return api;
}

/** The account behind an e-mail; Google's own accounts have no record, and their e-mail stands for them. */
function serviceAccountPrincipal(store: Cloud["store"], email: string): Principal {
  const account = store.collection<{ uniqueId: string }>("iam.serviceAccounts").get(email);
  return { kind: "serviceAccount", email, uniqueId: account?.uniqueId ?? email };
}

/** Whether an account is disabled or deleted; one made anew under its e-mail is another. */
function isGone(store: Cloud["store"], email: string, uniqueId: string): boolean {
  const isDisabled = store.collection<{ disabled?: boolean }>("iam.serviceAccounts").get(email)?.disabled === true;
  return isDisabled || store.collection("iam.deletedServiceAccounts").get(uniqueId) !== undefined;
}

/** A call from inside this process; `{host}/` before the method tells which API when several share it. */
function callMethod(
  { model }: DispatchContext,
  dispatcher: Dispatcher,
  { method: name, request, as }: { method: string; request: JsonObject; as: Principal },
): Promise<JsonObject> {
  const [method = "", named] = name.split("/").reverse();
  const host = named ?? model.methods[method]?.hosts[0] ?? "";
  return dispatcher.invoke({
    host,
    method,
    headers: {},
    signal: noLine,
    identify: () => ({ principal: as }),
    read: (reading) => readRequest(reading, method, request),
  });
}
