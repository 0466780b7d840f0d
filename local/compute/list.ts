import { type Filter, parseFilter } from "../list/filter.ts";
import { modelFields } from "../list/model-fields.ts";
import { paginate } from "../page.ts";
import { invalid } from "./error.ts";
import { link } from "./link.ts";

/** What every list request carries. */
export interface ListRequest {
  readonly filter?: string;
  readonly maxResults?: number;
  readonly orderBy?: string;
  readonly pageToken?: string;
}

/** A resource in a list. */
interface Listed {
  readonly name?: string;
  readonly creationTimestamp?: string;
}

const limits = { usual: 500, most: 500 };

/** Messages of what lies in a collection, in `google.cloud.compute.v1`. */
const types: Readonly<Record<string, string>> = {
  addresses: "Address",
  firewalls: "Firewall",
  instances: "Instance",
  listUsable: "UsableSubnetwork",
  networks: "Network",
  operations: "Operation",
  regions: "Region",
  routes: "Route",
  subnetworks: "Subnetwork",
  zones: "Zone",
};

/**
 * Reads what a list is asked for, before anything is looked up.
 *
 * @throws ApiError INVALID_ARGUMENT for a filter, an order or a size that Compute Engine does not take
 */
function readRequest(collection: string, { filter = "", orderBy = "", maxResults = 0 }: ListRequest): Filter<object> {
  if (!/^(?:name|creationTimestamp(?:\s+(?:desc|asc))?)?$/.test(orderBy.trim())) {
    throw invalid("orderBy", orderBy, "Lists are ordered by name or by creationTimestamp desc.");
  }
  if (maxResults > limits.most)
    throw invalid("maxResults", maxResults, `Must be within the range [0, ${limits.most}].`);
  return parseFilter(filter, {
    fields: modelFields(`google.cloud.compute.v1.${types[collection]}`),
    refuse: () => invalid("filter", filter, "Invalid list filter expression."),
    takesPatterns: true,
  });
}

/**
 * One page of a list.
 *
 * @param path of the collection, for example `projects/p/global/networks`
 */
export function listPage<T extends Listed>(path: string, items: readonly T[], request: ListRequest) {
  const chosen = items.filter(readRequest(path.slice(path.lastIndexOf("/") + 1), request));
  const { key, ordered } = order(chosen, request.orderBy);
  const page = paginate(ordered, { key, size: request.maxResults, token: request.pageToken, limits });
  return { id: path, items: page.items, nextPageToken: page.nextPageToken, selfLink: link(path) };
}

/** By name, unless the newest are asked for first. */
function order<T extends Listed>(items: readonly T[], orderBy = "name") {
  if (!orderBy.startsWith("creationTimestamp")) {
    const key = ({ name = "" }: T) => name;
    return { key, ordered: [...items].sort((a, b) => compare(key(a), key(b))) };
  }
  const newest = Number.MAX_SAFE_INTEGER;
  const key = ({ creationTimestamp = "", name = "" }: T) => {
    const age = newest - Date.parse(creationTimestamp.replace("-00:00", "Z"));
    return `${String(age).padStart(17, "0")} ${name}`;
  };
  return { key, ordered: [...items].sort((a, b) => compare(key(a), key(b))) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * One page of the resources of all scopes, by scope. Scopes without any on it carry a warning, as the API answers them
 * when `includeAllScopes` is set.
 */
export function aggregate<T extends Listed, Field extends string>(
  field: Field,
  byScope: ReadonlyMap<string, readonly T[]>,
  request: ListRequest & { readonly includeAllScopes?: boolean },
) {
  type Scoped = { readonly [name in Field]?: readonly T[] } & { readonly warning?: { code: string; message: string } };
  const passes = readRequest(field, request);
  const all = [...byScope].flatMap(([scope, resources]) => resources.filter(passes).map((item) => ({ scope, item })));
  const key = ({ scope, item }: (typeof all)[number]) => `${scope}/${item.name}`;
  const ordered = all.sort((a, b) => compare(key(a), key(b)));
  const page = paginate(ordered, { key, size: request.maxResults, token: request.pageToken, limits });
  const chosen = Map.groupBy(page.items, ({ scope }) => scope);
  const items: Record<string, Scoped> = {};
  for (const scope of byScope.keys()) {
    const listed = chosen.get(scope);
    if (listed) items[scope] = { [field]: listed.map(({ item }) => item) } as unknown as Scoped;
    else if (request.includeAllScopes) items[scope] = emptyScope(scope) as Scoped;
  }
  return { items, nextPageToken: page.nextPageToken };
}

function emptyScope(scope: string) {
  const message = `There are no results for scope '${scope}' on this page.`;
  return { warning: { code: "NO_RESULTS_ON_PAGE", message } };
}
