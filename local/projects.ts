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
  /** By id, made if it does not exist (the owner's privilege). */
  ensure(projectId: string): Project;
  /** Whether calls to a service's API are answered for this project: enabled, and the enablement has propagated. */
  isUsable(projectId: string, service: string): boolean;
  /** Services that are enabled (whether usable yet or not) are recorded here by the Service Usage API. */
  setUsable(projectId: string, service: string, usable: boolean): void;
}
