import type * as v1 from "../../model/generated/run-v1.ts";
import type { Collection } from "../../store.ts";
import type { RunContext } from "../context.ts";
import { filled, present, type Settings } from "./shape.ts";

/**
 * What whoever wrote a resource in version 1 said in words that version 2 does not keep: collection `run.spellings`, keyed
 * by the full name of a service, revision or job. Annotations are shown again for as long as they still mean what the
 * resource says, requests for resources for as long as there are as many containers.
 */
export interface Spelling {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly template?: Readonly<Record<string, string>>;
  /** What each container asks for at least, which nothing goes by; in the order of the containers. */
  readonly requests?: readonly Readonly<Record<string, string>>[];
}

const cloudRun = /^(?:run\.googleapis\.com|autoscaling\.knative\.dev)\//;

/** The spellings of a local cloud. */
export function spellings({ cloud }: RunContext): Collection<Spelling> {
  return cloud.store.collection<Spelling>("run.spellings");
}

/** The parts of a resource that have words of their own. */
export interface Spelled {
  readonly metadata?: v1.ObjectMeta;
  /** Metadata of the template of revisions or executions. */
  readonly template?: v1.ObjectMeta;
  readonly containers?: readonly v1.Container[];
}

/** The spelling in a resource as it was sent. */
export function spellingOf({ metadata, template, containers = [] }: Spelled): Spelling {
  const requests = containers.map(({ resources }) => resources?.requests ?? {});
  const asks = requests.some((one) => Object.keys(one).length > 0);
  return present({ metadata: own(metadata), template: own(template), requests: asks ? requests : undefined });
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
