import type { Connect } from "../auth.ts";
import { createRest } from "../rest.ts";

const api = "https://alloydb.googleapis.com/v1";

/** A cluster, as far as it says which network it uses. */
export interface ListedCluster {
  readonly name?: string;
  readonly network?: string;
  readonly networkConfig?: { readonly network?: string };
}

/** AlloyDB for those who only want to know what there is: without the official client, which is twenty times as large. */
export interface AlloyDbListClient {
  /** All clusters of a location, `projects/{project}/locations/{location}`; `-` stands for any location. */
  readonly listClusters: (parent: string) => Promise<readonly ListedCluster[]>;
}

/** Opens AlloyDB for looking. @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters/list */
export const connectAlloyDbList: Connect<AlloyDbListClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    async listClusters(parent) {
      const found: ListedCluster[] = [];
      let pageToken: string | undefined;
      do {
        const page = await rest.fetchJson<{ clusters?: ListedCluster[]; nextPageToken?: string }>({
          method: "GET",
          url: `${api}/${parent}/clusters`,
          query: { pageToken },
          site: { method: "alloydb.clusters.list", resource: parent },
        });
        found.push(...(page.clusters ?? []));
        pageToken = page.nextPageToken;
      } while (pageToken);
      return found;
    },
  };
};
