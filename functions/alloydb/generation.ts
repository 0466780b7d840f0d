import type { AlloyDbClient, Cluster } from "../../google/clients/alloydb.ts";
import { clusterGenerationId, idOf, type Ownership } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { isOwn } from "../ownership.ts";

/** What names a cluster of the first generation, and perhaps an instance in it. */
interface Named {
  /** `projects/{project}/locations/{region}/clusters/{cluster}` */
  readonly cluster: string;
  /** `{cluster}/instances/{instance}` */
  readonly instance?: string;
}

/** An input whose names are those of the run's generation. */
export function inGeneration<Input extends Named>(
  input: Input,
  { clusterGeneration }: Pick<Run, "clusterGeneration">,
): Input {
  return inCluster(input, clusterOf(input.cluster, clusterGeneration));
}

/** An input whose names are those of another cluster. */
export function inCluster<Input extends Named>(input: Input, cluster: string): Input {
  if (cluster === input.cluster) return input;
  return { ...input, cluster, ...(input.instance && { instance: `${cluster}/instances/${idOf(input.instance)}` }) };
}

/** Clusters of the environment's own, whichever generation they are of. */
export async function ownClusters(
  { cluster, ownership }: { readonly cluster: string; readonly ownership: Ownership },
  alloydb: Pick<AlloyDbClient, "listClusters">,
): Promise<readonly Cluster[]> {
  const all = await alloydb.listClusters(parentOf(cluster));
  return all.filter((each) => isGenerationOf(idOf(cluster), idOf(each.name ?? "")) && isOwn(each, ownership));
}

/** Full name of a cluster as our own names have it: Google may answer with the project's number. */
export function nameOfCluster(first: string, { name }: Cluster): string {
  return `${parentOf(first)}/clusters/${idOf(name ?? "")}`;
}

function clusterOf(first: string, generation: number): string {
  return `${parentOf(first)}/clusters/${clusterGenerationId(idOf(first), generation)}`;
}

function isGenerationOf(first: string, id: string): boolean {
  const generation = Number(/-g(\d{1,6})$/.exec(id)?.[1] ?? 1);
  return clusterGenerationId(first, generation) === id;
}

function parentOf(cluster: string): string {
  return cluster.slice(0, cluster.lastIndexOf("/clusters/"));
}
