import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import { createRest } from "../rest.ts";

/** A resource with its labels. */
export interface Labelled {
  /** Full name. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * What of a project bears labels and is deleted without an operation: for whoever removes all of one's own, whatever it is.
 *
 * @see https://cloud.google.com/pubsub/docs/reference/rest
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export interface LabelledClient {
  /** All of a kind in `projects/{project}`. */
  readonly list: (project: string, kind: LabelledKind) => Promise<readonly Labelled[]>;
  /** Absent is fine. */
  readonly delete: (name: string, kind: LabelledKind) => Promise<void>;
}

/** Collections under a project that are looked through. */
export type LabelledKind = "topics" | "subscriptions" | "secrets";

/** Opens the lists of what bears labels. */
export const connectLabelled: Connect<LabelledClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const site = (verb: string, kind: LabelledKind, resource: string) => ({
    method: kind === "secrets" ? `secretmanager.projects.secrets.${verb}` : `pubsub.${kind}.${verb}`,
    resource,
  });
  return {
    list: (project, kind) => {
      const url = `${apis[kind]}/${project}/${kind}`;
      return fetchAll(rest, { request: { method: "GET", url, site: site("list", kind, project) }, field: kind });
    },
    async delete(name, kind) {
      await rest.findJson({ method: "DELETE", url: `${apis[kind]}/${name}`, site: site("delete", kind, name) });
    },
  };
};

const pubsub = "https://pubsub.googleapis.com/v1";
const apis: Readonly<Record<LabelledKind, string>> = {
  topics: pubsub,
  subscriptions: pubsub,
  secrets: "https://secretmanager.googleapis.com/v1",
};
