import type { PermissionTable } from "../api.ts";

const v2 = "google.logging.v2.LoggingServiceV2";

/** @see https://cloud.google.com/logging/docs/access-control */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${v2}.ListLogEntries`]:                   { open: "demands logging.logEntries.list of every project named in the request" },
  [`${v2}.WriteLogEntries`]:                  { open: "demands logging.logEntries.create of every log named in the request" },
  [`${v2}.TailLogEntries`]:                   { open: "demands logging.logEntries.list of every project named in the request" },
  [`${v2}.DeleteLog`]:                        [{ permission: "logging.logs.delete", resource: "{logName}" }],
  [`${v2}.ListLogs`]:                         [{ permission: "logging.logs.list", resource: "{parent}" }],
  [`${v2}.ListMonitoredResourceDescriptors`]: { open: "the descriptors are public" },
};
