/** Services whose resources conditions can tell apart; the others' look like nothing to them. */
const telling = new Set(["cloudresourcemanager", "compute", "logging", "secretmanager", "storage"].map(hostOf));

/** Services that tell which roles a request to set a policy changes; limits on the roles grant nothing on the others. */
const tellingRoles = new Set(
  [
    ...["cloudfunctions", "cloudresourcemanager", "compute", "containeranalysis", "iam", "iap", "run"],
    ...["secretmanager", "servicemanagement", "storage"],
  ].map(hostOf),
);

/**
 * Whether limits on the roles that are granted can be kept on a resource.
 *
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference#api-attributes-iam
 */
export function tellsModifiedRoles(resource: string): boolean {
  return tellingRoles.has(/^\/\/([^/]+)/.exec(resource)?.[1] ?? "");
}

function hostOf(service: string): string {
  return `${service}.googleapis.com`;
}

/** Types of resources by their collection, where they are not its singular. */
const types: Readonly<Record<string, string>> = {
  "secretmanager.googleapis.com/versions": "SecretVersion",
};

/** The name of a resource as conditions see it, without host. */
export function resourceName(resource: string): string {
  return resourceService(resource) === "" ? "" : resource.replace(/^\/\/[^/]+\//, "");
}

/** For example `secretmanager.googleapis.com`; nothing for services that conditions do not know. */
export function resourceService(resource: string): string {
  const host = /^\/\/([^/]+)/.exec(resource)?.[1] ?? "";
  return telling.has(host) ? host : "";
}

/**
 * For example `storage.googleapis.com/Object`.
 *
 * @see https://cloud.google.com/iam/docs/conditions-resource-attributes
 */
export function resourceType(resource: string): string {
  const service = resourceService(resource);
  if (service === "") return "";
  const segments = resourceName(resource).split("/");
  // Names of objects have slashes of their own.
  const collection = segments.includes("objects") ? "objects" : (segments.at(segments.length % 2 ? -1 : -2) ?? "");
  const known = types[`${service}/${collection}`];
  return `${service}/${known ?? collection.replace(/s$/, "").replace(/^./, (first) => first.toUpperCase())}`;
}
