import { createHash } from "node:crypto";
import { type Api, type Call, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { type DrawnIds, openIds, toUuid } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type {
  Build,
  CancelBuildRequest,
  CloudBuildMethods,
  CreateBuildRequest,
  GetBuildRequest,
  ListBuildsRequest,
  ListBuildsResponse,
} from "../model/generated/cloudbuild.ts";
import { toLongrunning } from "../operation.ts";
import { paginate } from "../page.ts";
import type { Collection } from "../store.ts";
import { runtimeOf } from "../workload/runtime.ts";
import { accountEmail, accountPrincipal, defaultAccount, demandActAs } from "../workload/service-account.ts";
import { openBuildLog, ownLogsBucket } from "./build-log.ts";
import { executeBuild } from "./execute.ts";
import { BuildFailure } from "./failure.ts";
import { compileFilter } from "./filter.ts";
import { permissions } from "./permissions.ts";
import { validateBuild } from "./validate.ts";

const host = "cloudbuild.googleapis.com";
const metadataType = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata";

interface Context {
  readonly cloud: Cloud;
  /** Keyed by `projects/{project}/locations/{location}/builds/{build}`, location `global` for those without one. */
  readonly builds: Collection<Build>;
  /** Of builds, by where they run. */
  readonly ids: DrawnIds;
}

/**
 * Cloud Build v1: buildpack builds of Node applications from Cloud Storage into Artifact Registry. Steps other than the
 * buildpack's fail, and triggers and worker pools answer UNIMPLEMENTED.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rest
 */
export function createCloudBuild(cloud: Cloud): Api {
  const builds = cloud.store.collection<Build>("cloudbuild.builds");
  const context: Context = { cloud, builds, ids: openIds(cloud, "cloudbuild") };
  return {
    host,
    permissions,
    methods: handlers<CloudBuildMethods>({
      "google.devtools.cloudbuild.v1.CloudBuild.CreateBuild": (request, call) => create(context, request, call),
      "google.devtools.cloudbuild.v1.CloudBuild.GetBuild": (request) => find(context, request),
      "google.devtools.cloudbuild.v1.CloudBuild.ListBuilds": (request) => list(context, request),
      "google.devtools.cloudbuild.v1.CloudBuild.CancelBuild": (request) => cancel(context, request),
    }),
    operations: { build: (operation) => runBuild(context, operation) },
  };
}

function nameOf({ name, projectId, id }: GetBuildRequest): string {
  return name || `projects/${projectId}/locations/global/builds/${id}`;
}

function find({ builds }: Context, request: GetBuildRequest): Build {
  const found = builds.get(nameOf(request));
  if (!found) throw new ApiError({ code: "NOT_FOUND", message: "Requested entity was not found." });
  return found;
}

async function create(context: Context, request: CreateBuildRequest, call: Call): Promise<OperationResource> {
  const { cloud, builds, ids } = context;
  const parent = request.parent || `projects/${request.projectId}/locations/global`;
  const [, project = "", , location = ""] = parent.split("/");
  const sent = request.build ?? {};
  validateBuild(sent);
  const { projectNumber } = cloud.projects.ensure(project);
  const email = accountEmail(sent.serviceAccount ?? defaultAccount(projectNumber));
  if (sent.serviceAccount) await demandActAs(cloud, { principal: call.principal, email, project });
  const id = toUuid(ids.draw(parent));
  const name = `${parent}/builds/${id}`;
  const build = builds.put(name, {
    ...sent,
    name,
    id,
    projectId: project,
    status: "QUEUED",
    createTime: cloud.clock.timestamp(),
    timeout: sent.timeout ?? "600s",
    queueTtl: sent.queueTtl ?? "3600s",
    serviceAccount: `projects/${project}/serviceAccounts/${email}`,
    logUrl: `https://console.cloud.google.com/cloud-build/builds;region=${location}/${id}?project=${projectNumber}`,
    ...logPlace(context, project, sent),
  });
  const encoded = Buffer.from(id).toString("base64");
  const isGlobal = location === "global";
  return toLongrunning(
    cloud.operations.start({
      host,
      parent: isGlobal ? "" : parent,
      id: isGlobal ? `build/${project}/${encoded}` : encoded,
      kind: "build",
      target: name,
      input: { name },
      metadata: { "@type": metadataType, build },
      latency: "cloudbuild.build",
    }),
  );
}

/** Logs go to Cloud Logging and a bucket, unless the build says one of them only, or none. */
function logPlace({ cloud }: Context, project: string, { options, logsBucket }: Build): Partial<Build> {
  const { logging = "LEGACY" } = options ?? {};
  const isStored = logging !== "CLOUD_LOGGING_ONLY" && logging !== "NONE" && logging !== "STACKDRIVER_ONLY";
  const bucket = logsBucket ?? `gs://${ownLogsBucket(cloud, project)}`;
  return { options: { ...options, logging }, ...(isStored ? { logsBucket: bucket } : {}) };
}

async function runBuild(context: Context, operation: RunningOperation): Promise<JsonObject> {
  const { cloud } = context;
  const name = String(operation.input.name);
  const { startTime = cloud.clock.timestamp() } = find(context, { name });
  const change = (changes: Partial<Build>): Build => {
    const present = find(context, { name });
    const changed = present.status === "CANCELLED" ? present : context.builds.put(name, { ...present, ...changes });
    operation.annotate({ build: changed });
    return changed;
  };
  const build = change({ status: "WORKING", startTime });
  const outcome = await attempt(context, build);
  await operation.latency();
  const finishTime = cloud.clock.timestamp();
  const timing = { BUILD: { startTime, endTime: finishTime } };
  const finished = change({ ...outcome, finishTime, timing });
  if (finished.status === "CANCELLED") throw new ApiError({ code: "CANCELLED", message: "Build cancelled" });
  if (finished.status !== "SUCCESS") {
    const message = `Build failed: ${finished.statusDetail ?? finished.failureInfo?.detail ?? ""}`;
    throw new ApiError({ code: "UNKNOWN", message });
  }
  return { "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.Build", ...finished };
}

async function attempt({ cloud }: Context, build: Build): Promise<Partial<Build>> {
  const { projectId: project = "", serviceAccount = "" } = build;
  const log = await openBuildLog(cloud, build);
  const { write } = log;
  try {
    const principal = await accountPrincipal(cloud, accountEmail(serviceAccount));
    write("FETCHSOURCE");
    const images = await executeBuild({ runtime: runtimeOf(cloud), build, project, principal, onLine: write });
    write("DONE");
    return { status: "SUCCESS", results: { images, buildStepImages: (build.steps ?? []).map(digestOf) } };
  } catch (caught) {
    const message = caught instanceof Error ? caught.message : String(caught);
    const type = caught instanceof BuildFailure ? caught.type : "FAILURE_TYPE_UNSPECIFIED";
    write(`ERROR: ${message}`);
    return {
      status: caught instanceof BuildFailure ? caught.status : "INTERNAL_ERROR",
      statusDetail: message,
      failureInfo: { type, detail: message },
    };
  } finally {
    await log.close();
  }
}

/** Step images are not pulled; each has a digest of its own name. */
function digestOf({ name = "" }: { readonly name?: string }): string {
  return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

function list(
  context: Context,
  { parent, projectId, filter = "", pageSize, pageToken }: ListBuildsRequest,
): ListBuildsResponse {
  const matches = compileFilter(filter);
  const found = context.builds
    .list(`${parent || `projects/${projectId}/locations/global`}/builds/`)
    .map(([, build]) => build)
    .filter(matches)
    .map((build) => ({
      build,
      key: `${Number.MAX_SAFE_INTEGER - Date.parse(build.createTime ?? "") * 1000} ${build.id}`,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const limits = { usual: 50, most: 1000 };
  const page = paginate(found, { key: ({ key }) => key, size: pageSize, token: pageToken, limits });
  return { builds: page.items.map(({ build }) => build), nextPageToken: page.nextPageToken };
}

function cancel(context: Context, request: CancelBuildRequest): Build {
  const build = find(context, request);
  if (build.status !== "QUEUED" && build.status !== "WORKING") {
    throw new ApiError({
      code: "FAILED_PRECONDITION",
      message: `build ${build.id} is not running: its status is ${build.status}`,
    });
  }
  const cancelled: Build = { ...build, status: "CANCELLED", finishTime: context.cloud.clock.timestamp() };
  return context.builds.put(nameOf(request), cancelled);
}
