import type { Collection } from "../../store.ts";
import { host, type RunContext } from "../context.ts";
import { idOf } from "../names.ts";

const prefix = `//${host}/`;

/**
 * The service or job whose policies count for a resource that version 1 names without it: a revision, configuration or
 * route, an execution or task.
 *
 * @param resource `//run.googleapis.com/projects/{project}/locations/{location}/{collection}/{id}`
 * @returns the same form of the service's or job's name; nothing for a name that says all, or means nothing
 */
export function containerOf(context: RunContext, resource: string): string | undefined {
  const [, parent = "", collection = "", id = ""] =
    /^\/\/run\.googleapis\.com\/(projects\/[^/]+\/locations\/[^/]+)\/([a-z]+)\/([^/]+)$/.exec(resource) ?? [];
  switch (collection) {
    case "configurations":
    case "routes":
      return `${prefix}${parent}/services/${id}`;
    case "revisions":
      return ownerIn(context.revisions, `${parent}/services/`, id);
    case "executions":
      return ownerIn(context.executions, `${parent}/jobs/`, id);
    case "tasks":
      return ownerIn(context.tasks, `${parent}/jobs/`, id);
    default:
      return undefined;
  }
}

/** What stands above the entry of that id: the service or job that the names below a location begin with. */
function ownerIn<T extends object>(collection: Collection<T>, above: string, id: string): string | undefined {
  for (const [name] of collection.scan(above)) {
    if (idOf(name) === id) return `${prefix}${name.split("/").slice(0, 6).join("/")}`;
  }
  return undefined;
}
