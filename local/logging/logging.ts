import { type Api, type Call, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type {
  ListLogEntriesRequest,
  ListLogEntriesResponse,
  LogEntry,
  LoggingMethods,
  WriteLogEntriesRequest,
} from "../model/generated/logging.ts";
import { paginate } from "../page.ts";
import { compileFilter } from "./filter.ts";
import { permissions } from "./permissions.ts";
import { demandOn, projectOf } from "./project.ts";
import { tail } from "./tail.ts";

const host = "logging.googleapis.com";
const service = "google.logging.v2.LoggingServiceV2";

/**
 * Cloud Logging: what workloads and services have printed, read with filters, and entries written by clients.
 *
 * @see https://cloud.google.com/logging/docs/reference/v2/rest
 */
export function createLogging(cloud: Cloud): Api {
  return {
    host,
    permissions,
    methods: handlers<LoggingMethods>({
      "google.logging.v2.LoggingServiceV2.ListLogEntries": (request, call) => list(cloud, request, call),
      "google.logging.v2.LoggingServiceV2.WriteLogEntries": (request, call) => write(cloud, request, call),
      "google.logging.v2.LoggingServiceV2.DeleteLog": ({ logName = "" }) => {
        const project = projectOf(cloud, logName);
        const [, , , log = ""] = logName.split("/");
        cloud.logs.delete(project, `projects/${project}/logs/${encodeURIComponent(decodeURIComponent(log))}`);
        return {};
      },
      "google.logging.v2.LoggingServiceV2.ListLogs": ({ parent = "", pageSize, pageToken }) => {
        const names = new Set(cloud.logs.list(projectOf(cloud, parent)).map(({ logName }) => String(logName)));
        const limits = { usual: 50, most: 1000 };
        const page = paginate([...names].sort(), { key: (name) => name, size: pageSize, token: pageToken, limits });
        return { logNames: page.items, nextPageToken: page.nextPageToken };
      },
    }),
    streams: { [`${service}.TailLogEntries`]: (requests, call) => tail(cloud, requests, call) },
  };
}

function list(cloud: Cloud, request: ListLogEntriesRequest, { principal }: Call): ListLogEntriesResponse {
  const { resourceNames = [], filter = "", orderBy = "timestamp asc", pageSize, pageToken } = request;
  if (resourceNames.length === 0) throw invalid("resource_names must name at least one project.");
  if (!/^timestamp( (asc|desc))?$/.test(orderBy)) throw invalid(`order_by must be timestamp, not ${orderBy}.`);
  const matches = compileFilter(filter);
  const projects = resourceNames.map((name) => projectOf(cloud, name));
  for (const project of projects) demandOn(cloud, { principal, permission: "logging.logEntries.list", project });
  const isDescending = orderBy.endsWith("desc");
  const found = projects
    .flatMap((project) => [...cloud.logs.list(project)])
    .filter(matches)
    .map((entry, index) => ({ entry, key: `${entry.timestamp} ${String(index).padStart(9, "0")}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  // Pages go forwards through keys: for the newest first, a key is the place in that order.
  const ordered = (isDescending ? found.reverse() : found).map(({ entry }, index) => ({
    entry,
    key: String(index).padStart(9, "0"),
  }));
  const page = paginate(ordered, {
    key: ({ key }) => key,
    size: pageSize,
    token: pageToken,
    limits: { usual: 50, most: 1000 },
  });
  return { entries: page.items.map(({ entry }) => entry), nextPageToken: page.nextPageToken };
}

function write(cloud: Cloud, request: WriteLogEntriesRequest, { principal }: Call): Record<string, never> {
  const { entries = [], logName: commonName, resource: commonResource, labels: commonLabels, dryRun } = request;
  const complete = entries.map((entry) => ({
    ...entry,
    logName: entry.logName ?? commonName ?? "",
    resource: entry.resource ?? commonResource ?? { type: "global" },
    labels: { ...commonLabels, ...entry.labels },
  }));
  for (const { logName } of complete) {
    if (!/^projects\/[^/]+\/logs\/[^/]+$/.test(logName)) throw invalid(`Invalid log name: "${logName}".`);
    demandOn(cloud, { principal, permission: "logging.logEntries.create", project: projectOf(cloud, logName) });
  }
  if (!dryRun) for (const entry of complete) record(cloud, entry);
  return {};
}

function record(
  cloud: Cloud,
  { logName = "", resource, severity, labels, textPayload, jsonPayload, protoPayload }: LogEntry,
): void {
  const [, , , log = ""] = logName.split("/");
  cloud.logs.write({
    project: projectOf(cloud, logName),
    log: decodeURIComponent(log),
    resource: { type: resource?.type ?? "global", labels: resource?.labels ?? {} },
    severity,
    labels,
    text: textPayload,
    json: jsonPayload ?? (protoPayload as JsonObject | undefined),
  });
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
