/** Methods of the served APIs that are not implemented, and why. */
export interface UnservedMethods {
  /** Full method names; `*` stands for any part of one. */
  readonly methods: readonly string[];
  readonly reason: string;
}

const alloydb = (...names: string[]) => names.map((name) => `google.cloud.alloydb.*.${name}`);
const compute = (service: string, ...names: string[]) =>
  names.map((name) => `google.cloud.compute.v1.${service}.${name}`);

/** What answers UNIMPLEMENTED. A test holds it against the handlers: nothing missing, nothing stale, nothing twice. */
export const unservedMethods: readonly UnservedMethods[] = [
  {
    methods: alloydb(
      "AlloyDBAdmin.CreateBackup",
      "AlloyDBAdmin.UpdateBackup",
      "AlloyDBAdmin.DeleteBackup",
      "AlloyDBAdmin.RestoreCluster",
    ),
    reason: "Backups would be copies of a database's files, which nothing restores from yet.",
  },
  {
    methods: alloydb(
      "AlloyDBAdmin.CreateSecondaryCluster",
      "AlloyDBAdmin.CreateSecondaryInstance",
      "AlloyDBAdmin.PromoteCluster",
      "AlloyDBAdmin.SwitchoverCluster",
    ),
    reason: "Replication between regions has no meaning on one machine.",
  },
  {
    methods: alloydb(
      "AlloyDBAdmin.ExportCluster",
      "AlloyDBAdmin.ImportCluster",
      "AlloyDBAdmin.UpgradeCluster",
      "AlloyDBCSQLAdmin.RestoreFromCloudSQL",
    ),
    reason: "Needs pg_dump, pg_upgrade or Cloud SQL, which the embedded PostgreSQL does not carry.",
  },
  {
    methods: alloydb("AlloyDBAdmin.BatchCreateInstances"),
    reason: "Instances are created one by one.",
  },
  {
    methods: [
      ...compute("Instances", "GetIamPolicy", "SetIamPolicy", "TestIamPermissions"),
      ...["Addresses", "Firewalls", "GlobalAddresses", "Routes"].flatMap((service) =>
        compute(service, "TestIamPermissions"),
      ),
    ],
    reason: "Of Compute's resources only subnetworks have policies of their own here.",
  },
  {
    methods: [...compute("Addresses", "Insert", "Move", "SetLabels"), ...compute("GlobalAddresses", "Move")],
    reason: "Regional addresses are those that serverless egress takes; nobody reserves any.",
  },
  {
    methods: [
      ...["AddAccessConfig", "AddNetworkInterface", "AddResourcePolicies", "AttachDisk", "BulkInsert"],
      ...["DeleteAccessConfig", "DeleteNetworkInterface", "DetachDisk", "GetEffectiveFirewalls", "GetGuestAttributes"],
      ...["GetScreenshot", "GetSerialPortOutput", "GetShieldedInstanceIdentity", "ListReferrers", "PerformMaintenance"],
      ...["RemoveResourcePolicies", "ReportHostAsFaulty", "Reset", "Resume", "SendDiagnosticInterrupt"],
      ...["SetDeletionProtection", "SetDiskAutoDelete", "SetLabels", "SetMachineResources", "SetMachineType"],
      ...["SetMetadata", "SetMinCpuPlatform", "SetName", "SetScheduling", "SetSecurityPolicy", "SetServiceAccount"],
      ...[
        "SetShieldedInstanceIntegrityPolicy",
        "SetTags",
        "SimulateMaintenanceEvent",
        "Start",
        "StartWithEncryptionKey",
      ],
      ...["Stop", "Suspend", "Update", "UpdateAccessConfig", "UpdateDisplayDevice", "UpdateNetworkInterface"],
      "UpdateShieldedInstanceConfig",
    ].map((name) => `google.cloud.compute.v1.Instances.${name}`),
    reason: "Virtual machines are records that occupy a subnetwork; no machine runs that these could act on.",
  },
  {
    methods: compute(
      "Networks",
      ...["AddPeering", "CancelRequestRemovePeering", "GetEffectiveFirewalls", "ListPeeringRoutes"],
      ...["RequestRemovePeering", "SwitchToCustomMode", "UpdatePeering"],
    ),
    reason: "Peerings are made by Service Networking only, and packets are not routed.",
  },
  {
    methods: [...compute("Routes", "Delete", "Insert"), ...compute("Subnetworks", "ListUsable")],
    reason: "Packets are not routed: routes are those that come with a network.",
  },
  {
    methods: [
      ...["DisableXpnHost", "DisableXpnResource", "EnableXpnHost", "EnableXpnResource", "GetXpnHost"],
      ...["GetXpnResources", "ListXpnHosts", "MoveDisk", "MoveInstance", "SetCloudArmorTier"],
      ...["SetCommonInstanceMetadata", "SetDefaultNetworkTier", "SetUsageExportBucket"],
    ].map((name) => `google.cloud.compute.v1.Projects.${name}`),
    reason: "Projects share no network and have no disks or machines.",
  },
  {
    methods: compute("GlobalOperations", "AggregatedList"),
    reason: "Operations are listed where they are: globally, by region or by zone.",
  },
  {
    methods: ["CreateServiceAccountKey", "DeleteServiceAccountKey", "GetServiceAccountKey", "ListServiceAccountKeys"]
      .concat(["UploadServiceAccountKey", "SignBlob", "SignJwt"])
      .map((name) => `google.iam.admin.v1.IAM.${name}`),
    reason: "Accounts have no keys here: workloads get their tokens from the metadata server.",
  },
  {
    methods: ["google.iam.admin.v1.IAM.QueryGrantableRoles"],
    reason: "Which roles suit which resource is not modelled.",
  },
  {
    methods: ["CreateProject", "DeleteProject", "UndeleteProject", "UpdateProject", "ListProjects"].flatMap((name) => [
      `google.cloud.resourcemanager.v3.Projects.${name}`,
      `google.cloudresourcemanager.v1.Projects.${name}`,
    ]),
    reason: "Projects come into being when the owner first names them, and stay.",
  },
  {
    methods: ["MoveProject", "SearchProjects"].map((name) => `google.cloud.resourcemanager.v3.Projects.${name}`),
    reason: "There are no folders or organisations.",
  },
];

/** Other differences from Google Cloud that a user can notice. */
export const differences: readonly string[] = [
  "Private addresses are translated to loopback ones in the arguments and environment of workloads, and for Node workloads in their outgoing connections too.",
  "The bearer tokens `owner` and `user:EMAIL` stand for people without a login.",
  "A project comes into being, with billing, when the owner first names it.",
  "Conditions of IAM bindings may compare request.time and limit grantable roles; others are refused as UNIMPLEMENTED.",
  "Operations are not interrupted by a cancellation.",
  "Of several protocols that a TLS client offers, HTTP/1.1 is chosen before HTTP/2; HTTP/2 is for gRPC.",
  "Methods that stream over gRPC (tailing logs) are not served.",
];
