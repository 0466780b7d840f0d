import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  AggregatedListInstancesRequest,
  AttachedDisk,
  ComputeMethods,
  InsertInstanceRequest,
  Instance,
  InstanceAggregatedList,
  Operation,
} from "../model/generated/compute.ts";
import { regions, zonesOf } from "../regions.ts";
import { defaultAccount, demandActAs } from "../workload/service-account.ts";
import { invalid, required } from "./error.ts";
import { instanceKind, instancePath } from "./instance-kind.ts";
import { attach } from "./instance-network.ts";
import { deleteResource, insertResource, type Kind, kindOperations } from "./kind.ts";
import { link, parseReference } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import { idempotent } from "./operation.ts";
import { demand, demandReady, parseName, type Resources } from "./resources.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Instance>;
}

/** Methods that make, show and delete virtual machines. */
export function instanceMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: instanceKind(cloud, resources) };
  const inserted = idempotent<InsertInstanceRequest>(cloud, (request, call) => insert(context, request, call));
  return {
    "google.cloud.compute.v1.Instances.Insert": async (request, call) => {
      await demandAccounts(cloud, request, call);
      return inserted(request, call);
    },
    "google.cloud.compute.v1.Instances.Get": (request) => view(demand(resources.instances, instancePath(request))),
    "google.cloud.compute.v1.Instances.List": (request) => {
      const path = instancePath({ ...request, instance: "" });
      const found = resources.instances.list(path).map(([, instance]) => view(instance));
      return { kind: "compute#instanceList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.Instances.AggregatedList": (request) => aggregatedList(resources, request),
    "google.cloud.compute.v1.Instances.Delete": idempotent(cloud, (request, call) => {
      const path = instancePath(request);
      const instance = demand(resources.instances, path);
      demandReady(cloud, path);
      if (instance.deletionProtection) {
        throw invalid("instance", path, "Resource cannot be deleted while it is protected.");
      }
      resources.instances.put(path, { ...instance, status: "STOPPING" });
      return deleteResource(cloud, context.kind, { call, path });
    }),
  };
}

/** What the operations on virtual machines do once their time has passed. */
export function instanceOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return kindOperations(instanceKind(cloud, resources));
}

function view(instance: Instance): Instance {
  return { kind: "compute#instance", ...instance };
}

/** Who starts a machine acts as the accounts that it is given. */
async function demandAccounts(
  cloud: Cloud,
  { project = "", instanceResource }: InsertInstanceRequest,
  { principal }: Call,
): Promise<void> {
  for (const { email = "default" } of instanceResource?.serviceAccounts ?? []) {
    const usual = defaultAccount(cloud.projects.ensure(project).projectNumber);
    await demandActAs(cloud, { principal, email: email === "default" ? usual : email, project });
  }
}

function insert(
  { cloud, resources, kind }: Context,
  { project = "", zone = "", instanceResource: sent = {} }: InsertInstanceRequest,
  call: Call,
): Operation {
  const path = instancePath({ project, zone, instance: parseName(sent.name) });
  const make = (): Instance => {
    if (!sent.networkInterfaces?.length) throw required("resource.networkInterfaces");
    return {
      startRestricted: false,
      deletionProtection: false,
      canIpForward: false,
      ...sent,
      machineType: machineType(cloud, sent.machineType, path),
      disks: sent.disks?.map((disk, index) => attachedDisk(disk, path, index)),
      scheduling: { ...usualScheduling, ...sent.scheduling },
      networkInterfaces: sent.networkInterfaces.map((one, index) =>
        attach({ cloud, resources }, { sent: one, index, instance: path }),
      ),
      zone: link(`projects/${project}/zones/${zone}`),
      status: "PROVISIONING",
    };
  };
  return insertResource(cloud, kind, { call, path, make });
}

const usualScheduling = {
  automaticRestart: true,
  onHostMaintenance: "MIGRATE",
  preemptible: false,
  provisioningModel: "STANDARD",
};

/** The link of a machine type that a request refers to, in the machine's own zone. */
export function machineType(cloud: Cloud, sent: string | undefined, instance: string): string {
  const [, project = "", , zone = ""] = instance.split("/");
  if (!sent) throw required("resource.machineType");
  const collection = `zones/${zone}/machineTypes`;
  return link(parseReference(sent, { cloud, field: "resource.machineType", project, collection }));
}

/** A disk as a machine shows it; the disk itself is nothing that could be looked at. */
function attachedDisk({ initializeParams, ...disk }: AttachedDisk, instance: string, index: number): AttachedDisk {
  const [, project = "", , zone = "", , name = ""] = instance.split("/");
  const diskName = initializeParams?.diskName ?? (index === 0 ? name : `${name}-${index}`);
  return {
    kind: "compute#attachedDisk",
    type: "PERSISTENT",
    mode: "READ_WRITE",
    interface: "SCSI",
    source: link(`projects/${project}/zones/${zone}/disks/${diskName}`),
    diskSizeGb: initializeParams?.diskSizeGb ?? "10",
    ...disk,
    deviceName: disk.deviceName ?? `persistent-disk-${index}`,
    index,
  };
}

function aggregatedList({ instances }: Resources, request: AggregatedListInstancesRequest): InstanceAggregatedList {
  const { project } = request;
  const zones = Object.keys(regions).flatMap(zonesOf);
  const byScope = zones.map((zone): [string, Instance[]] => [
    `zones/${zone}`,
    instances.list(instancePath({ project, zone })).map(([, instance]) => view(instance)),
  ]);
  const path = `projects/${project}/aggregated/instances`;
  return {
    kind: "compute#instanceAggregatedList",
    id: path,
    ...aggregate("instances", new Map(byScope), request),
    selfLink: link(path),
  };
}
