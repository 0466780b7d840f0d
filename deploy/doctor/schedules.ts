import type { SchedulerClient } from "../../google/clients/scheduler.ts";
import { idOf } from "../../google/name.ts";
import { installationName, rebuildJobId } from "../../spec/names.ts";
import { present } from "../change.ts";
import type { Target } from "../installation.ts";
import type { Finding } from "./finding.ts";

/** Looks for schedules of environments that somebody has paused by hand: nothing tells that their rebuilds do not come. */
export async function examineSchedules(
  scheduler: Pick<SchedulerClient, "listJobs">,
  { project, region }: Pick<Target, "project" | "region">,
): Promise<readonly Finding[]> {
  const jobs = (await present(scheduler.listJobs(`projects/${project}/locations/${region}`))) ?? [];
  const mark = `alloyrun:${installationName(project)}/`;
  return jobs.flatMap(({ name = "", description = "", state }) => {
    const environment = description.startsWith(mark) ? description.slice(mark.length) : "";
    if (state !== "PAUSED" || idOf(name) !== rebuildJobId(environment)) return [];
    const problem = `somebody has paused it, so that ${environment} is not rebuilt as its spec says`;
    const command = `gcloud scheduler jobs resume ${idOf(name)} --location=${region} --project=${project}`;
    return [{ check: "schedules", resource: name, problem, command }];
  });
}
