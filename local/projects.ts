import { ApiError } from "./error.ts";
import type { Random } from "./random.ts";
import type { Store } from "./store.ts";

/** A Google Cloud project. */
export interface Project {
  readonly projectId: string;
  /** Decimal digits. */
  readonly projectNumber: string;
  readonly createTime: string;
}

/** The projects of the local cloud: one comes into being, with its number, when the owner first names it. */
export interface Projects {
  /** By id or number; `undefined` when there is none. */
  find(idOrNumber: string): Project | undefined;
  /** All of them, by id. */
  list(): readonly Project[];
  /** By id, made if it does not exist (the owner's privilege). */
  ensure(projectId: string): Project;
  /** Whether calls to a service's API are answered for this project: enabled, and the enablement has propagated. */
  isUsable(projectId: string, service: string): boolean;
  /** Services that are enabled (whether usable yet or not) are recorded here by the Service Usage API. */
  setUsable(projectId: string, service: string, usable: boolean): void;
}

/** What `createProjects` works with. */
export interface ProjectsContext {
  readonly store: Store;
  readonly random: Random;
  /** The present as API bodies carry it. */
  readonly timestamp: () => string;
}

/** Makes the table of projects, empty. Numbers depend on the cloud's seed and the project's id only. */
export function createProjects({ store, random, timestamp }: ProjectsContext): Projects {
  const projects = store.collection<Project>("projects");
  const usable = store.collection<{ usable: true }>("projects.usable");

  function findByNumber(number: string): Project | undefined {
    return projects.list().find(([, project]) => project.projectNumber === number)?.[1];
  }

  function drawNumber(projectId: string): string {
    const draws = random.lasting(`project ${projectId}`);
    for (;;) {
      const number = String(100_000_000_000 + Math.floor(draws.next() * 900_000_000_000));
      if (!findByNumber(number)) return number;
    }
  }

  return {
    find: (idOrNumber) => (/^\d+$/.test(idOrNumber) ? findByNumber(idOrNumber) : projects.get(idOrNumber)),
    list: () => projects.list().map(([, project]) => project),
    ensure(projectId) {
      const found = projects.get(projectId);
      if (found) return found;
      checkProjectId(projectId);
      return projects.put(projectId, { projectId, projectNumber: drawNumber(projectId), createTime: timestamp() });
    },
    isUsable: (projectId, service) => usable.get(`${projectId}/${service}`) !== undefined,
    setUsable(projectId, service, isUsable) {
      if (isUsable) usable.put(`${projectId}/${service}`, { usable: true });
      else usable.delete(`${projectId}/${service}`);
    },
  };
}

/** @throws ApiError for an id that no project can have */
function checkProjectId(projectId: string): void {
  if (/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(projectId)) return;
  throw new ApiError({
    code: "INVALID_ARGUMENT",
    message: `Project id '${projectId}' is malformed: 6 to 30 lower-case letters, digits and hyphens, starting with a letter.`,
    reason: "badRequest",
  });
}
