import type { PermissionRule, PermissionTable } from "../api.ts";

const on = (permission: string, resource: string): readonly PermissionRule[] => [
  { permission: `alloydb.${permission}`, resource },
];

// biome-ignore format: a table
const administration: PermissionTable = {
  "ListClusters":               on("clusters.list",                      "{parent}"),
  "GetCluster":                 on("clusters.get",                       "{name}"),
  "CreateCluster":              on("clusters.create",                    "{parent}"),
  "UpdateCluster":              on("clusters.update",                    "{cluster.name}"),
  "ExportCluster":              on("clusters.export",                    "{name}"),
  "ImportCluster":              on("clusters.import",                    "{name}"),
  "UpgradeCluster":             on("clusters.upgrade",                   "{name}"),
  "DeleteCluster":              on("clusters.delete",                    "{name}"),
  "PromoteCluster":             on("clusters.promote",                   "{name}"),
  "SwitchoverCluster":          on("clusters.switchover",                "{name}"),
  "RestoreCluster":             on("clusters.create",                    "{parent}"),
  "CreateSecondaryCluster":     on("clusters.create",                    "{parent}"),
  "ListInstances":              on("instances.list",                     "{parent}"),
  "GetInstance":                on("instances.get",                      "{name}"),
  "CreateInstance":             on("instances.create",                   "{parent}"),
  "CreateSecondaryInstance":    on("instances.create",                   "{parent}"),
  "BatchCreateInstances":       on("instances.create",                   "{parent}"),
  "UpdateInstance":             on("instances.update",                   "{instance.name}"),
  "DeleteInstance":             on("instances.delete",                   "{name}"),
  "FailoverInstance":           on("instances.failover",                 "{name}"),
  "InjectFault":                on("instances.injectFault",              "{name}"),
  "RestartInstance":            on("instances.restart",                  "{name}"),
  "ExecuteSql":                 on("instances.executeSql",               "{instance}"),
  "ListBackups":                on("backups.list",                       "{parent}"),
  "GetBackup":                  on("backups.get",                        "{name}"),
  "CreateBackup":               on("backups.create",                     "{parent}"),
  "UpdateBackup":               on("backups.update",                     "{backup.name}"),
  "DeleteBackup":               on("backups.delete",                     "{name}"),
  "ListSupportedDatabaseFlags": on("supportedDatabaseFlags.list",        "{parent}"),
  "GenerateClientCertificate":  on("clusters.generateClientCertificate", "{parent}"),
  "GetConnectionInfo":          on("instances.connect",                  "{parent}"),
  "ListUsers":                  on("users.list",                         "{parent}"),
  "GetUser":                    on("users.get",                          "{name}"),
  "CreateUser":                 on("users.create",                       "{parent}"),
  "UpdateUser":                 on("users.update",                       "{user.name}"),
  "DeleteUser":                 on("users.delete",                       "{name}"),
  "ListDatabases":              on("databases.list",                     "{parent}"),
  "CreateDatabase":             on("databases.create",                   "{parent}"),
};

/** The versions of the API; all have the same methods, except that v1 creates no databases. */
export const versions = ["v1", "v1beta", "v1alpha"] as const;

/** What each method demands, in every version. */
export const permissions: PermissionTable = Object.fromEntries(
  versions.flatMap((version) => {
    const service = `google.cloud.alloydb.${version}`;
    const own = Object.entries(administration).filter(([method]) => version !== "v1" || method !== "CreateDatabase");
    return [
      ...own.map(([method, rules]) => [`${service}.AlloyDBAdmin.${method}`, rules]),
      [`${service}.AlloyDBCSQLAdmin.RestoreFromCloudSQL`, on("clusters.create", "{parent}")],
    ];
  }),
);
