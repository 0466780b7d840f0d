/**
 * The address of a resource below its project and location where a request names it by its namespace: `namespaces/{project}`
 * under a region's own host (`{region}-run.googleapis.com`) is `projects/{project}/locations/{region}`. Under the host
 * of all regions it is that of every region, where resources can be listed only.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services
 */
export function withoutNamespace(url: URL): URL {
  const region = url.hostname.match(/^([a-z]+-[a-z]+\d+)-run\.googleapis\.com$/)?.[1] ?? "-";
  const [, api = "", rest = ""] = url.pathname.match(/^(\/apis\/[^/]+\/v1\/)namespaces\/(.+)$/) ?? [];
  if (rest === "") return url;
  const [project = "", ...below] = rest.split("/");
  const changed = new URL(url);
  changed.pathname = `${api}projects/${project}/locations/${region}/${below.join("/")}`;
  return changed;
}
