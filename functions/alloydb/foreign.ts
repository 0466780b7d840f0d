import type { Instance } from "../../google/clients/alloydb.ts";
import type { Change } from "../../plan/change.ts";
import { keptField } from "../../plan/kept.ts";
import { idOf, type Ownership } from "../../spec/names.ts";
import { isOwn } from "../ownership.ts";

/** Instances of ours under any name, and those of somebody else's, by id. */
export interface Inmates {
  readonly own: readonly string[];
  readonly foreign: readonly string[];
}

/** Whose the instances of a cluster are. Whoever deletes it with force deletes all of them, so each is looked at first. */
export function inmatesOf(
  instances: readonly Instance[],
  { ownership, type }: { readonly ownership: Ownership; readonly type?: Instance["instanceType"] },
): Inmates {
  const wanted = instances.filter(({ instanceType }) => type === undefined || instanceType === type);
  const idsOf = (some: readonly Instance[]) => some.map(({ name }) => idOf(name ?? "")).sort();
  return {
    own: idsOf(wanted.filter((each) => isOwn(each, ownership))),
    foreign: idsOf(wanted.filter((each) => !isOwn(each, ownership))),
  };
}

/** Why a resource stays while somebody else's instances are in its cluster, and who removes them by which command. */
export function keptFor(
  resource: string,
  {
    cluster,
    foreign,
    ownership,
  }: { readonly cluster: string; readonly foreign: readonly string[]; readonly ownership: Ownership },
): string {
  const commands = foreign.map((id) => `\`gcloud alloydb instances delete ${id} ${flagsOf(cluster)}\``);
  const names = foreign.map((id) => `${cluster}/instances/${id}`).join(", ");
  const [is, them] = foreign.length === 1 ? ["is", "it"] : ["are", "them"];
  return (
    `${resource} stays: ${names} ${is} not of ${ownership.mark}, and would not outlive it. ` +
    `Whoever made ${them} removes ${them} (${commands.join(", ")}), and the next sweep goes on`
  );
}

/** How gcloud is told in which cluster an instance is. */
export function flagsOf(cluster: string): string {
  const [, project, , region] = cluster.split("/");
  return `--cluster=${idOf(cluster)} --region=${region} --project=${project}`;
}

/** What a plan says of a resource that stays: nothing is done to it, and why. */
export function staying(resource: string, reason: string): Change {
  const effects = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };
  return { resource, action: "none", fields: [keptField(reason)], effects };
}
