/** Full name of what contains a resource: `…/clusters/{cluster}` of `…/clusters/{cluster}/instances/{instance}`. */
export function parentOf(name: string): string {
  return name.split("/").slice(0, -2).join("/");
}

/** Last segment of a full resource name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
