import type { Cluster } from "../../google/clients/alloydb.ts";

/** Which version of the secret the cluster was created with; whatever happens to the secret later, this one logs in. */
export const versionAnnotation = "alloyrun-admin-version";

/** The version of the secret that holds the password of `postgres`; undefined when the cluster does not tell. */
export function adminVersionOf(adminSecret: string, { annotations }: Cluster): string | undefined {
  const recorded = annotations?.[versionAnnotation];
  return recorded === undefined ? undefined : `${adminSecret}/versions/${recorded}`;
}
