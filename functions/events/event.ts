import type { JsonObject } from "../../google/json.ts";
import { textOf, toObject } from "../../google/json.ts";
import { environmentNamePattern } from "../../spec/names.ts";
import { badField } from "../parse.ts";
import type { PushedMessage } from "../pushed.ts";

/** An event, as it is published on the topic `alloyrun-events`. */
export interface EnvironmentEvent {
  /** The CloudEvent itself. @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
  readonly event: JsonObject;
  /** `<run>/<number>` of what a run tells: the same however often it is delivered. */
  readonly id: string;
  /** `dev.alloyrun.<type>` */
  readonly type: string;
  /** Absent in a refused message that names none. */
  readonly environment?: string;
  /** Absent when no run is behind it. */
  readonly run?: string;
  readonly data: JsonObject;
}

/**
 * Checks that a message is an event of ours. Names in it become names of objects in the bucket.
 *
 * @throws StepError INVALID_ARGUMENT naming the field
 */
export function readEvent({ data: event }: Pick<PushedMessage, "data">): EnvironmentEvent {
  if (event.specversion !== "1.0") throw badField("specversion", "must be 1.0: only CloudEvents are delivered");
  const data = toObject(event.data);
  if (!data) throw badField("data", "must be an object");
  const isNameless = event.type === "dev.alloyrun.request-refused" && data.environment === undefined;
  const environment = isNameless ? undefined : matching(data.environment, environmentNamePattern, "data.environment");
  const run = data.run === undefined || data.run === null || data.run === "" ? undefined : data.run;
  return {
    ...{ event, data },
    ...(environment !== undefined && { environment }),
    id: matching(event.id, /^[\x20-\x7e]{1,200}$/, "id"),
    type: matching(event.type, /^dev\.alloyrun\.[a-z-]{1,50}$/, "type"),
    ...(run !== undefined && { run: matching(run, /^[a-z][-a-z0-9]{0,62}$/, "data.run") }),
  };
}

function matching(value: JsonObject[string], pattern: RegExp, field: string): string {
  const text = textOf(value);
  if (text !== undefined && pattern.test(text)) return text;
  throw badField(field, "is not as events of alloyrun have it");
}
