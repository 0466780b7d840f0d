import type * as v1 from "../../model/generated/run-v1.ts";
import type { Collection } from "../../store.ts";
import type { RunContext } from "../context.ts";
import { filled, present, type Settings } from "./shape.ts";

/**
 * Annotations of Cloud Run's in the words of whoever wrote them in version 1, where version 2 keeps only what they mean:
 * collection `run.spellings`, keyed by the full name of a service, revision or job. They are shown again for as long as
 * they still mean what the resource says.
 */
export interface Spelling {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly template?: Readonly<Record<string, string>>;
}

const cloudRun = /^(?:run\.googleapis\.com|autoscaling\.knative\.dev)\//;

/** The spellings of a local cloud. */
export function spellings({ cloud }: RunContext): Collection<Spelling> {
  return cloud.store.collection<Spelling>("run.spellings");
}

/** The spelling in a resource as it was sent. */
export function spellingOf(metadata: v1.ObjectMeta | undefined, template: v1.ObjectMeta | undefined): Spelling {
  return present({ metadata: own(metadata), template: own(template) });
}

function own({ annotations = {} }: v1.ObjectMeta = {}): Record<string, string> | undefined {
  return filled(Object.fromEntries(Object.entries(annotations).filter(([key]) => cloudRun.test(key))));
}

/** Who wrote a template, which version 2 tells of the whole resource only. */
export function templateClient({ template = {} }: Spelling): Settings {
  return present({
    client: template["run.googleapis.com/client-name"],
    clientVersion: template["run.googleapis.com/client-version"],
  });
}
