import type { Api, PermissionRule } from "../api.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** What a method demands by its API's table; `undefined` when the table does not list it. */
export function rulesOf(api: Api, method: string): readonly PermissionRule[] | undefined {
  const row =
    api.permissions[method] ?? api.permissions[`${method.slice(0, method.lastIndexOf("."))}.*`] ?? shared(api, method);
  if (row === undefined) return undefined;
  return "open" in row ? [] : row;
}

/** Operations and locations are demanded alike by every API that shares the methods. */
function shared({ host }: Api, method: string): readonly PermissionRule[] | { readonly open: string } | undefined {
  const [service = ""] = host.split(".");
  const permission = sharedPermissions[method];
  if (permission === undefined) return undefined;
  return [{ permission: `${service}.${permission}`, resource: "{name}", when: ({ name }) => isInProject(name) }];
}

const sharedPermissions: Readonly<Record<string, string>> = {
  "google.longrunning.Operations.GetOperation": "operations.get",
  "google.longrunning.Operations.ListOperations": "operations.list",
  "google.longrunning.Operations.WaitOperation": "operations.get",
  "google.longrunning.Operations.CancelOperation": "operations.cancel",
  "google.longrunning.Operations.DeleteOperation": "operations.delete",
  "google.cloud.location.Locations.GetLocation": "locations.get",
  "google.cloud.location.Locations.ListLocations": "locations.list",
};

/** Operations at the root belong to nobody in particular: who knows the name may ask. */
function isInProject(name: Json | undefined): boolean {
  return typeof name === "string" && name.startsWith("projects/");
}

/** The resource that a rule names for a request, `//{host}/{name}`. */
export function resourceOf(host: string, template: string, request: JsonObject): string {
  const name = template.replace(/\{([^}]+)\}/g, (_, path: string) => textAt(request, path.split(".")));
  if (name.startsWith("//")) return name;
  return /^projects\/[^/]*$/.test(name) ? `//cloudresourcemanager.googleapis.com/${name}` : `//${host}/${name}`;
}

function textAt(value: Json | undefined, [first, ...rest]: readonly string[]): string {
  if (first === undefined) return typeof value === "string" ? value : "";
  return isJsonObject(value) ? textAt(value[first], rest) : "";
}
