import type { TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { metricsOf, usageOf } from "../fault/allocations.ts";
import { plannedLimit } from "../fault/faults.ts";
import type { ComputeMethods, Region, Zone } from "../model/generated/compute.ts";
import { regionOf, regions, zonesOf } from "../regions.ts";
import { notFound } from "./error.ts";
import { link } from "./link.ts";
import { listPage } from "./list.ts";

/** Methods on what is there without anybody's doing: projects, regions and zones. */
export function regionMethods(cloud: Cloud): TypedHandlers<ComputeMethods> {
  return {
    "google.cloud.compute.v1.Regions.Get": ({ project = "", region = "" }) => {
      if (!regions[region]) throw notFound(`projects/${project}/regions/${region}`);
      return toRegion(project, region);
    },
    "google.cloud.compute.v1.Regions.List": (request) => {
      const { project = "" } = request;
      const all = Object.keys(regions).map((region) => toRegion(project, region));
      return { kind: "compute#regionList", ...listPage(`projects/${project}/regions`, all, request) };
    },
    "google.cloud.compute.v1.Zones.Get": ({ project = "", zone = "" }) => {
      if (!zonesOf(regionOf(zone)).includes(zone)) throw notFound(`projects/${project}/zones/${zone}`);
      return toZone(project, zone);
    },
    "google.cloud.compute.v1.Zones.List": (request) => {
      const { project = "" } = request;
      const all = Object.keys(regions).flatMap((region) => zonesOf(region).map((zone) => toZone(project, zone)));
      return { kind: "compute#zoneList", ...listPage(`projects/${project}/zones`, all, request) };
    },
    "google.cloud.compute.v1.Projects.Get": ({ project = "" }) => {
      const { projectId, projectNumber, createTime } = cloud.projects.ensure(project);
      return {
        kind: "compute#project",
        id: projectNumber,
        name: projectId,
        creationTimestamp: createTime,
        commonInstanceMetadata: { kind: "compute#metadata" },
        defaultNetworkTier: "PREMIUM",
        defaultServiceAccount: `${projectNumber}-compute@developer.gserviceaccount.com`,
        quotas: quotasOf(cloud, projectId),
        xpnProjectStatus: "UNSPECIFIED_XPN_PROJECT_STATUS",
        selfLink: link(`projects/${projectId}`),
      };
    },
  };
}

/** Only what a fault plan limits is shown, for nothing else is. */
function quotasOf({ store }: Cloud, project: string) {
  return metricsOf("compute.googleapis.com").flatMap((metric) => {
    const limit = plannedLimit(store, metric, project);
    return limit === undefined ? [] : [{ metric, limit, usage: usageOf(store, metric, project) }];
  });
}

function toRegion(project: string, region: string): Region {
  const path = `projects/${project}/regions/${region}`;
  return {
    kind: "compute#region",
    id: String(1000 + 10 * Object.keys(regions).indexOf(region)),
    name: region,
    description: region,
    status: "UP",
    zones: zonesOf(region).map((zone) => link(`projects/${project}/zones/${zone}`)),
    selfLink: link(path),
  };
}

function toZone(project: string, zone: string): Zone {
  const region = regionOf(zone);
  return {
    kind: "compute#zone",
    id: String(2000 + 10 * Object.keys(regions).indexOf(region) + zonesOf(region).indexOf(zone)),
    name: zone,
    description: zone,
    status: "UP",
    region: link(`projects/${project}/regions/${region}`),
    selfLink: link(`projects/${project}/zones/${zone}`),
  };
}
