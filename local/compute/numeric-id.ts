import type { Cloud } from "../cloud.ts";
import type { Collection } from "../store.ts";
import type { Identified, Resources } from "./resources.ts";

/** A resource's address up to its id, which no name can be taken for: names begin with a letter. */
const address =
  /(?<=\/projects\/)([^/]+)\/((?:global|(?:regions|zones)\/[^/]+)\/(networks|subnetworks|addresses|firewalls|instances))\/(\d+)(?=\/|$)/;

/**
 * The address by name of a resource that is asked for by its numeric id, as an import of Terraform may do and as
 * `selfLinkWithId` reads; every other address stays as it is.
 *
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instances/get
 */
export function toNamedUrl({ projects }: Cloud, resources: Resources, url: URL): URL {
  const [found, project = "", parent = "", kind = "", id] = address.exec(url.pathname) ?? [];
  if (found === undefined) return url;
  const prefix = `projects/${projects.find(project)?.projectId ?? project}/${parent}/`;
  const named = collectionOf(resources, kind)
    .list(prefix)
    .find(([, resource]) => resource.id === id);
  if (!named) return url;
  const canonical = new URL(url);
  canonical.pathname = url.pathname.replace(address, `${project}/${parent}/${named[1].name}`);
  return canonical;
}

function collectionOf(resources: Resources, kind: string): Collection<Identified> {
  if (kind === "networks") return resources.networks;
  if (kind === "subnetworks") return resources.subnetworks;
  if (kind === "addresses") return resources.addresses;
  return kind === "firewalls" ? resources.firewalls : resources.instances;
}
