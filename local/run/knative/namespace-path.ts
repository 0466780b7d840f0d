/**
 * The address of a resource below its project and location where a request names it by its namespace: `namespaces/{project}`
 * under a region's own host (`{region}-run.googleapis.com`) is `projects/{project}/locations/{region}`. Under the host
 * of all regions a namespace is nowhere.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services
 */
export function withoutNamespace(url: URL): URL {
  const region = url.hostname.match(/^([a-z]+-[a-z]+\d+)-run\.googleapis\.com$/)?.[1];
  const [, api = "", rest = ""] = url.pathname.match(/^(\/apis\/[^/]+\/v1\/)namespaces\/(.+)$/) ?? [];
  if (region === undefined || rest === "") return url;
  const [project = "", ...below] = rest.split("/");
  const changed = new URL(url);
  changed.pathname = `${api}projects/${project}/locations/${region}/${below.join("/")}`;
  return changed;
}
