/** Prefix length of an IPv4 range such as `10.0.0.0/8`; 0 when it has none. */
export function prefixOf(range: string | undefined): number {
  return Number(range?.split("/")[1] ?? 0);
}

/** Whether a URL or name of Compute Engine names the resource `projects/…`. */
export function namesResource(url: string | undefined, name: string): boolean {
  return url === name || (url?.endsWith(`/${name}`) ?? false);
}
