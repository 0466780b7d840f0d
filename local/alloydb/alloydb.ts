import type { Api, Handler } from "../api.ts";
import { handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { openIds } from "../drawn-ids.ts";
import type { AlloyDbMethods } from "../model/generated/alloydb.ts";
import { catalogueMethods } from "./catalogue.ts";
import { clusterOperations } from "./cluster-operations.ts";
import { clusterMethods } from "./clusters.ts";
import { connectorMethods } from "./connectors.ts";
import type { Context } from "./context.ts";
import { databaseMethods } from "./databases.ts";
import { executeSqlMethods } from "./execute-sql.ts";
import { Fleet } from "./fleet.ts";
import { resumeReleases } from "./holds.ts";
import { instanceOperations } from "./instance-operations.ts";
import { instanceMethods } from "./instances.ts";
import { host } from "./names.ts";
import { permissions, versions } from "./permissions.ts";
import { openRecords } from "./records.ts";
import { createRequests } from "./requests.ts";
import { resumeSettling } from "./settling.ts";
import { userMethods } from "./users.ts";

/**
 * AlloyDB on real PostgreSQL servers.
 *
 * Not served: secondary clusters and instances, restore, import and export, upgrade, backups, Private Service Connect
 * and public addresses. A read pool is one server, whatever its number of nodes.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest
 */
export function createAlloyDb(cloud: Cloud): Api {
  const records = openRecords(cloud.store);
  const fleet = new Fleet(cloud, records);
  const context: Context = {
    cloud,
    records,
    fleet,
    requests: createRequests(cloud),
    ids: openIds(cloud, "alloydb"),
  };
  const methods = handlers<AlloyDbMethods>({
    ...clusterMethods(context),
    ...instanceMethods(context),
    ...userMethods(context),
    ...databaseMethods(context),
    ...executeSqlMethods(context),
    ...connectorMethods(context),
    ...catalogueMethods,
  });
  return {
    host,
    methods: inEveryVersion(methods),
    permissions,
    operations: {
      ...clusterOperations(context),
      ...instanceOperations(context),
      // A request that was only validated ends as an operation that did nothing.
      validate: async () => ({ "@type": "type.googleapis.com/google.protobuf.Empty" }),
    },
    async start() {
      resumeReleases(context);
      resumeSettling(context);
      await fleet.comeBack();
    },
    stop: () => fleet.close(),
  };
}

/** The versions differ in their names and in methods that only the later ones have. */
function inEveryVersion(methods: Readonly<Record<string, Handler>>): Record<string, Handler> {
  const entries = Object.entries(methods).flatMap(([name, handler]) => {
    const [, , , written = "", ...rest] = name.split(".");
    const served = written === "v1" ? versions : versions.filter((version) => version !== "v1");
    return served.map((version): [string, Handler] => [["google.cloud.alloydb", version, ...rest].join("."), handler]);
  });
  return Object.fromEntries(entries);
}
