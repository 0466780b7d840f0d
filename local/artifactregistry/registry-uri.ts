/**
 * Where a repository is pulled from and pushed to, without a scheme.
 *
 * @param name `projects/{project}/locations/{location}/repositories/{repository}`
 * @returns for example `asia-northeast1-docker.pkg.dev/my-project/apps`
 */
export function registryUri(name: string): string {
  const [, project, , location, , repository] = name.split("/");
  return `${location}-docker.pkg.dev/${project}/${repository}`;
}
