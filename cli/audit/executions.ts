import type { RecordHead } from "../../functions/entry/stored.ts";
import type { ListedExecution, WorkflowsClient } from "../../google/clients/workflows.ts";
import { ApiError } from "../../google/error.ts";
import { parseJson, textOf, toObject } from "../../google/json.ts";
import { idOf } from "../../spec/names.ts";

/** Where executions are listed: no right in the bucket changes what is read there. */
export interface ExecutionList {
  readonly workflows: Pick<WorkflowsClient, "listExecutions">;
  /** `projects/{project}/locations/{location}/workflows/{workflow}` */
  readonly workflow: string;
}

/** An execution that has ended, and what it says of its record. */
export interface Ended {
  /** Id of the execution. */
  readonly id: string;
  readonly run: string;
  /**
   * `recorded`: it names its record. `none`: it says itself that there is none, as it was joined or had nothing to do.
   * `cancelled`: whoever cancelled it has recorded that. `mute`: it ended before it could say anything, or heard no answer
   * when it recorded that.
   */
  readonly says: "recorded" | "none" | "cancelled" | "mute";
  readonly head?: RecordHead;
}

/** The executions of an environment, as far as Google keeps them. */
export interface Anchor {
  /** Those that have ended. */
  readonly ended: readonly Ended[];
  /** All of them; one that is under way says nothing yet. */
  readonly executions: readonly (Ended | (Pick<Ended, "id" | "run" | "head"> & { readonly says: "nothing" }))[];
  /** RFC 3339: when the oldest of those that have ended was started; absent when there is none. */
  readonly since?: string;
  /** Seconds since the epoch: when the first ended of all that are kept, of whatever environment; absent when none has. */
  readonly keptSince?: number;
}

/**
 * Reads what the executions of an environment ended with. They are found by their labels, so that whoever writes to the
 * bucket can take none out. Google keeps them for 90 days.
 *
 * @returns undefined when executions may not be read
 */
export async function readAnchor(environment: string, list: ExecutionList): Promise<Anchor | undefined> {
  try {
    const listed = await list.workflows.listExecutions(list.workflow);
    const own = listed.filter(({ labels }) => labels?.environment === environment);
    const ended = own.filter(hasEnded);
    const [since] = ended.flatMap(({ startTime, createTime }) => startTime ?? createTime ?? []).sort();
    const [keptSince] = listed.flatMap(({ endTime }) => (endTime ? [Date.parse(endTime) / 1000] : [])).sort(byNumber);
    return {
      ended: ended.map(toEnded),
      executions: own.map((execution) => (hasEnded(execution) ? toEnded(execution) : toUnderWay(execution))),
      ...(since !== undefined && { since }),
      ...(keptSince !== undefined && { keptSince }),
    };
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "PERMISSION_DENIED") return undefined;
    throw caught;
  }
}

/** A run that failed raises what another one gives. */
function toEnded({ name = "", state, labels, result, error }: ListedExecution): Ended {
  const about = { id: idOf(name), run: labels?.run ?? "" };
  if (state === "CANCELLED") return { ...about, says: "cancelled" };
  const given = toObject(parseJson(result ?? error?.payload ?? ""));
  const { id, sha256 } = toObject(given?.record) ?? {};
  const head = { id: textOf(id), sha256: textOf(sha256) };
  if (head.id !== undefined && head.sha256 !== undefined) {
    return { ...about, says: "recorded", head: { id: head.id, sha256: head.sha256 } };
  }
  // Its record may be there though it was not told so.
  const isUnheard = toObject(given?.failures)?.record !== undefined;
  return { ...about, says: textOf(given?.run) === undefined || isUnheard ? "mute" : "none" };
}

function toUnderWay({ name = "", labels }: ListedExecution): Anchor["executions"][number] {
  return { id: idOf(name), run: labels?.run ?? "", says: "nothing" };
}

function byNumber(one: number, other: number): number {
  return one - other;
}

function hasEnded({ state }: ListedExecution): boolean {
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
}
