import { permissionNames } from "../access/roles.ts";
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
  const verbs = sharedPermissions[method];
  if (verbs === undefined) return undefined;
  const permission = verbs.map((verb) => `${service}.${verb}`).find((name) => permissionNames.has(name));
  if (permission === undefined) return { open: "Google names no permission for it" };
  return [{ permission, resource: "{name}", when: ({ name }) => isInProject(name) }];
}

/** Not every service has a permission for each; the next of a row stands in. */
const sharedPermissions: Readonly<Record<string, readonly string[]>> = {
  "google.longrunning.Operations.GetOperation": ["operations.get"],
  "google.longrunning.Operations.ListOperations": ["operations.list", "operations.get"],
  "google.longrunning.Operations.WaitOperation": ["operations.get"],
  "google.longrunning.Operations.CancelOperation": ["operations.cancel", "operations.delete", "operations.get"],
  "google.longrunning.Operations.DeleteOperation": ["operations.delete", "operations.get"],
  "google.cloud.location.Locations.GetLocation": ["locations.get", "locations.list"],
  "google.cloud.location.Locations.ListLocations": ["locations.list"],
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
