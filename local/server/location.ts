import { ApiError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Router } from "../model/router.ts";
import { locationsOf, regionOf, regions, zonesOf } from "../regions.ts";
import type { ListMethod } from "./page-token.ts";

/**
 * Insists that the location, region or zone that a request's names lie in exists. Only lists take `-`, for all of them.
 *
 * @throws ApiError in the words of the API
 */
export function checkLocation(router: Router, { host, method }: ListMethod, request: JsonObject): void {
  if (host === "compute.googleapis.com") checkScope(method, request);
  // Asking whether a location exists is answered by that method itself.
  if (method.endsWith(".Locations.GetLocation")) return;
  const isList = /\.List[A-Za-z]*$/.test(method);
  for (const path of router.pathFields(method)) {
    const name = valueAt(request, path.split(".").map(toJsonName));
    const [, location] = /^projects\/[^/]+\/locations\/([^/]+)/.exec(typeof name === "string" ? name : "") ?? [];
    if (location === undefined || (isList && location === "-") || locationsOf(host).includes(location)) continue;
    throw unknownLocation(host, location);
  }
}

/** Compute Engine's own places are resources, whose absence their methods tell. */
function checkScope(method: string, { region, zone }: JsonObject): void {
  if (/\.(?:Regions|Zones)\.[A-Za-z]+$/.test(method)) return;
  if (typeof region === "string" && !Object.hasOwn(regions, region)) throw unknownScope("region", region);
  if (typeof zone === "string" && !zonesOf(regionOf(zone)).includes(zone)) throw unknownScope("zone", zone);
}

function unknownScope(field: "region" | "zone", value: string): ApiError {
  const message = `Invalid value for field '${field}': '${value}'. Unknown ${field}.`;
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalid", message });
}

function unknownLocation(host: string, location: string): ApiError {
  if (host === "run.googleapis.com") {
    const message = `Location ${location} is not found or access is unauthorized.`;
    return new ApiError({ code: "NOT_FOUND", message });
  }
  if (host === "cloudscheduler.googleapis.com") {
    const message = `Location '${location}' is not a valid location. Use ListLocations to list valid locations.`;
    return new ApiError({ code: "INVALID_ARGUMENT", message });
  }
  const message = `Permission denied on 'locations/${location}' (or it may not exist).`;
  return new ApiError({ code: "PERMISSION_DENIED", message });
}

function valueAt(value: Json | undefined, [first, ...rest]: readonly string[]): Json | undefined {
  if (first === undefined) return value;
  return isJsonObject(value) ? valueAt(value[first], rest) : undefined;
}

function toJsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
