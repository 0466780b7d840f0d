import type { Marked, MarkedClient, MarkedKind } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import type { WorkflowsClient } from "../google/clients/workflows.ts";
import { idOf } from "../google/name.ts";
import { environmentLabel, installationLabel, installationName } from "../spec/names.ts";
import { present } from "./change.ts";
import { findOlder, type OlderLeft } from "./older.ts";
import { findUnfinished, type Unfinished } from "./unfinished.ts";

/** What is looked through, and where. */
export interface OrphanSearch {
  readonly marked: MarkedClient;
  readonly storage: Pick<StorageClient, "listObjects" | "readText">;
  /** Tells whether a run that holds an environment is under way. */
  readonly workflows: Pick<WorkflowsClient, "getExecution">;
  readonly project: string;
  readonly region: string;
}

/** A resource that bears the mark of an environment which is not there any more. */
export interface Orphan {
  readonly kind: MarkedKind;
  /** Full name. */
  readonly resource: string;
  readonly environment: string;
  /** Whether the environment's last spec is still stored, so that `alloyrun down` can remove all of it. */
  readonly hasSpec: boolean;
}

/** What came of a search. */
export interface Orphans {
  /** In the order in which they may be removed. */
  readonly orphans: readonly Orphan[];
  /** Environments of which a removal has left something that the sweep tries again. */
  readonly waiting: readonly string[];
  /** Rebuilds that have left something beside what serves. */
  readonly unfinished: readonly Unfinished[];
  /** What older specs of environments have left, which is billed until something removes it. */
  readonly older: readonly OlderLeft[];
}

/**
 * Looks through the project for what bears this installation's mark and is of no environment that the ledger knows, nor of
 * one whose removal waits; and for what a rebuild that has not come to its end, or an older spec, has left beside what serves. Nobody's
 * orphan is looked for by a stored plan, so what none of them names is found too. Changes nothing.
 *
 * @throws ApiError naming the list that was refused
 */
export async function findOrphans(search: OrphanSearch): Promise<Orphans> {
  const { marked, project } = search;
  const before = await readOwners(search);
  const lists = await Promise.all(marked.kinds.map(async (kind) => (await present(marked.list(kind, search))) ?? []));
  // An environment may begin, or end, while the lists are read: it owns what is its own either way.
  const after = await readOwners(search);
  const isOwned = (environment: string) => before.owners.has(environment) || after.owners.has(environment);
  const all = lists.flat();
  const orphans = all.flatMap((resource) => {
    const environment = environmentOf(resource, all, installationName(project));
    if (environment === undefined || isOwned(environment)) return [];
    return [{ kind: resource.kind, resource: resource.name, environment, hasSpec: after.specs.has(environment) }];
  });
  const known = { bucket: installationName(project), environments: after.environments };
  const [unfinished, older] = [await findUnfinished(search, known, all), await findOlder(search.storage, known, all)];
  return { orphans, waiting: after.waiting, unfinished, older };
}

async function readOwners({ storage, project }: OrphanSearch) {
  const names = async (prefix: string) => {
    const objects = await storage.listObjects(installationName(project), `${prefix}/`);
    return objects.map(({ name = "" }) => idOf(name).replace(/\.\w+$/, ""));
  };
  const [environments, waiting, specs] = await Promise.all([names("environments"), names("teardowns"), names("specs")]);
  return { owners: new Set([...environments, ...waiting]), specs: new Set(specs), waiting, environments };
}

/** Whose a resource says that it is; a connector is its subnetwork's, which serves nothing else. */
function environmentOf(
  { labels = {}, description = "", subnetwork }: Marked,
  all: readonly Marked[],
  installation: string,
): string | undefined {
  if (subnetwork !== undefined) {
    const its = all.find(({ name }) => name === subnetwork);
    return its && environmentOf(its, all, installation);
  }
  if (labels[installationLabel] === installation) return labels[environmentLabel];
  const mark = description.split(/\s+/).find((word) => word.startsWith(`alloyrun:${installation}/`));
  return mark?.slice(mark.indexOf("/") + 1);
}
