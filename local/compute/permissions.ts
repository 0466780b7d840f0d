import type { PermissionRule, PermissionTable } from "../api.ts";
import { isJsonObject, type JsonObject } from "../json.ts";

const prefix = "google.cloud.compute.v1";

/** A kind of resource: name of its service, of its permissions, path of one, and its methods. */
interface Kind {
  readonly service: string;
  readonly permissions: string;
  /** Template of a resource below `projects/{project}/`. */
  readonly path: string;
  /** Methods on one resource, `Method` or `Method=permission verb`. */
  readonly one: string;
  /** Methods on the collection, which the project decides. */
  readonly all: string;
}

// biome-ignore format: a table
const kinds: readonly Kind[] = [
  { service: "Networks", permissions: "networks", path: "global/networks/{network}",
    one: "AddPeering CancelRequestRemovePeering=removePeering Delete Get GetEffectiveFirewalls ListPeeringRoutes Patch=update RemovePeering RequestRemovePeering=removePeering SwitchToCustomMode UpdatePeering",
    all: "Insert=create List" },
  { service: "Subnetworks", permissions: "subnetworks", path: "regions/{region}/subnetworks/{subnetwork}",
    one: "Delete ExpandIpCidrRange Get Patch=update SetPrivateIpGoogleAccess",
    all: "AggregatedList=list Insert=create List ListUsable=list" },
  { service: "Subnetworks", permissions: "subnetworks", path: "regions/{region}/subnetworks/{resource}",
    one: "GetIamPolicy SetIamPolicy", all: "" },
  { service: "GlobalAddresses", permissions: "globalAddresses", path: "global/addresses/{address}",
    one: "Delete=deleteInternal Get Move=delete", all: "List" },
  { service: "GlobalAddresses", permissions: "globalAddresses", path: "global/addresses/{resource}",
    one: "SetLabels", all: "" },
  { service: "Addresses", permissions: "addresses", path: "regions/{region}/addresses/{address}",
    one: "Delete Get Move=delete", all: "AggregatedList=list Insert=create List" },
  { service: "Addresses", permissions: "addresses", path: "regions/{region}/addresses/{resource}",
    one: "SetLabels", all: "" },
  { service: "Firewalls", permissions: "firewalls", path: "global/firewalls/{firewall}",
    one: "Delete Get Patch=update Update", all: "Insert=create List" },
  { service: "Routes", permissions: "routes", path: "global/routes/{route}",
    one: "Delete Get", all: "Insert=create List" },
  { service: "GlobalOperations", permissions: "globalOperations", path: "global/operations/{operation}",
    one: "Delete Get Wait=get", all: "AggregatedList=list List" },
  { service: "RegionOperations", permissions: "regionOperations", path: "regions/{region}/operations/{operation}",
    one: "Delete Get Wait=get", all: "List" },
  { service: "ZoneOperations", permissions: "zoneOperations", path: "zones/{zone}/operations/{operation}",
    one: "Delete Get Wait=get", all: "List" },
  { service: "Zones", permissions: "zones", path: "zones/{zone}", one: "Get", all: "List" },
  { service: "Regions", permissions: "regions", path: "regions/{region}", one: "Get", all: "List" },
  { service: "Instances", permissions: "instances", path: "zones/{zone}/instances/{instance}",
    one: "AddAccessConfig AddNetworkInterface=update AddResourcePolicies AttachDisk Delete DeleteAccessConfig DeleteNetworkInterface=update DetachDisk Get GetEffectiveFirewalls GetGuestAttributes GetScreenshot GetSerialPortOutput GetShieldedInstanceIdentity ListReferrers PerformMaintenance=update RemoveResourcePolicies ReportHostAsFaulty=update Reset Resume SendDiagnosticInterrupt SetDiskAutoDelete SetLabels SetMachineResources SetMachineType SetMetadata SetMinCpuPlatform SetName SetScheduling SetSecurityPolicy SetServiceAccount SetShieldedInstanceIntegrityPolicy SetTags SimulateMaintenanceEvent Start StartWithEncryptionKey Stop Suspend Update UpdateAccessConfig UpdateDisplayDevice UpdateNetworkInterface UpdateShieldedInstanceConfig",
    all: "AggregatedList=list BulkInsert=create Insert=create List" },
  { service: "Instances", permissions: "instances", path: "zones/{zone}/instances/{resource}",
    one: "GetIamPolicy SetDeletionProtection SetIamPolicy", all: "" },
  { service: "Projects", permissions: "projects", path: "",
    one: "", all: "Get GetXpnHost=get GetXpnResources=get MoveDisk=setCommonInstanceMetadata MoveInstance=setCommonInstanceMetadata SetCloudArmorTier=setCloudArmorTier SetCommonInstanceMetadata SetDefaultNetworkTier SetUsageExportBucket" },
];

/** What a method demands besides the permission on its own resource. */
const further: Readonly<Record<string, readonly PermissionRule[]>> = {
  "Subnetworks.Insert": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Firewalls.Insert": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Firewalls.Patch": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Firewalls.Update": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Firewalls.Delete": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Routes.Insert": [{ permission: "compute.networks.updatePolicy", resource: "projects/{project}" }],
  "Instances.Insert": [{ permission: "compute.subnetworks.use", resource: "projects/{project}" }],
};

/** @see https://cloud.google.com/compute/docs/access/iam-permissions */
export const permissions: PermissionTable = {
  ...Object.fromEntries(kinds.flatMap(rows)),
  [`${prefix}.GlobalAddresses.Insert`]: [
    { permission: "compute.globalAddresses.createInternal", resource: "projects/{project}", when: isInternal },
    { permission: "compute.networks.use", resource: "projects/{project}", when: isInternal },
    {
      permission: "compute.globalAddresses.create",
      resource: "projects/{project}",
      when: (request) => !isInternal(request),
    },
  ],
  ...open("asks what the caller may do", [
    "Subnetworks.TestIamPermissions",
    "GlobalAddresses.TestIamPermissions",
    "Addresses.TestIamPermissions",
    "Firewalls.TestIamPermissions",
    "Routes.TestIamPermissions",
    "Instances.TestIamPermissions",
  ]),
  ...open("belongs to organizations, which are not served", [
    "Projects.DisableXpnHost",
    "Projects.DisableXpnResource",
    "Projects.EnableXpnHost",
    "Projects.EnableXpnResource",
    "Projects.ListXpnHosts",
  ]),
};

function rows({ service, permissions: noun, path, one, all }: Kind): [string, PermissionRule[]][] {
  const row = (text: string, resource: string): [string, PermissionRule[]] => {
    const [method = "", verb = method.charAt(0).toLowerCase() + method.slice(1)] = text.split("=");
    const rule = { permission: `compute.${noun}.${verb}`, resource };
    return [`${prefix}.${service}.${method}`, [rule, ...(further[`${service}.${method}`] ?? [])]];
  };
  return [
    ...words(one).map((text) => row(text, `projects/{project}/${path}`)),
    ...words(all).map((text) => row(text, "projects/{project}")),
  ];
}

function words(text: string): string[] {
  return text === "" ? [] : text.split(" ");
}

function open(reason: string, methods: readonly string[]): PermissionTable {
  return Object.fromEntries(methods.map((method) => [`${prefix}.${method}`, { open: reason }]));
}

function isInternal({ addressResource }: JsonObject): boolean {
  return isJsonObject(addressResource) && addressResource.addressType === "INTERNAL";
}
