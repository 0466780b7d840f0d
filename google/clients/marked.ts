import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import { createRest } from "../rest.ts";

/** A resource with what tells whose it is. */
export interface Marked {
  readonly kind: MarkedKind;
  /** Full name: `projects/…`. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly description?: string;
  /** Full name of a connector's subnetwork, for a connector takes neither labels nor a description. */
  readonly subnetwork?: string;
}

/** Kinds of resources that are looked through, what is billed first. */
export type MarkedKind = (typeof kinds)[number]["kind"];

/** All kinds, in the order in which their resources may be removed. */
// biome-ignore format: a table
const kinds = [
  { kind: "schedule",   api: "https://cloudscheduler.googleapis.com/v1",    at: "region", path: "jobs",                 field: "jobs" },
  { kind: "service",    api: "https://run.googleapis.com/v2",               at: "region", path: "services",             field: "services" },
  { kind: "job",        api: "https://run.googleapis.com/v2",               at: "region", path: "jobs",                 field: "jobs" },
  { kind: "connector",  api: "https://vpcaccess.googleapis.com/v1",         at: "region", path: "connectors",           field: "connectors" },
  { kind: "instance",   api: "https://alloydb.googleapis.com/v1",           at: "region", path: "clusters/-/instances", field: "instances" },
  { kind: "cluster",    api: "https://alloydb.googleapis.com/v1",           at: "region", path: "clusters",             field: "clusters" },
  { kind: "repository", api: "https://artifactregistry.googleapis.com/v1",  at: "region", path: "repositories",         field: "repositories" },
  { kind: "secret",     api: "https://secretmanager.googleapis.com/v1",     at: "global", path: "secrets",              field: "secrets" },
  { kind: "account",    api: "https://iam.googleapis.com/v1",               at: "global", path: "serviceAccounts",      field: "accounts" },
  { kind: "range",      api: "https://compute.googleapis.com/compute/v1",   at: "global", path: "global/addresses",     field: "items" },
  { kind: "subnetwork", api: "https://compute.googleapis.com/compute/v1",   at: "region", path: "subnetworks",          field: "items" },
  { kind: "network",    api: "https://compute.googleapis.com/compute/v1",   at: "global", path: "global/networks",      field: "items" },
] as const;

/** What there is in a project, whoever made it. */
export interface MarkedClient {
  readonly kinds: readonly MarkedKind[];
  /** All of a kind in a project; of what lies in regions, in that one. */
  readonly list: (
    kind: MarkedKind,
    place: { readonly project: string; readonly region: string },
  ) => Promise<readonly Marked[]>;
}

interface Listed extends Omit<Marked, "kind" | "name" | "subnetwork"> {
  readonly name?: string;
  readonly selfLink?: string;
  readonly subnet?: { readonly name?: string; readonly projectId?: string };
}

/** Opens the lists of everything that an environment is made of. */
export const connectMarked: Connect<MarkedClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    kinds: kinds.map(({ kind }) => kind),
    async list(kind, { project, region }) {
      const row = kinds.find((each) => each.kind === kind);
      if (!row) return [];
      const places = row.api.endsWith("/compute/v1") ? "regions" : "locations";
      const parent = `projects/${project}${row.at === "region" ? `/${places}/${region}` : ""}`;
      const site = { method: `${kind}.list`, resource: `${parent}/${row.path}` };
      const request = { method: "GET" as const, url: `${row.api}/${parent}/${row.path}`, site };
      const found = await fetchAll<Listed>(rest, { request, field: row.field });
      return found.map(({ name = "", selfLink, labels, description, subnet }) => ({
        ...{ kind, labels, description, name: selfLink?.replace(/^.*\/(?=projects\/)/, "") ?? name },
        ...(subnet?.name && {
          subnetwork: `projects/${subnet.projectId || project}/regions/${region}/subnetworks/${subnet.name}`,
        }),
      }));
    },
  };
};
