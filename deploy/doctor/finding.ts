/** What is looked at. */
export type Check =
  | "project"
  | "billing"
  | "caller"
  | "apis"
  | "agents"
  | "installation"
  | "permissions"
  | "environments"
  | "schedules"
  | "quotas"
  | "ranges";

/** Something that is wrong with an installation or its project. */
export interface Finding {
  readonly check: Check;
  /** Full name of what it is about. */
  readonly resource: string;
  readonly problem: string;
  /** What mends it, ready for a shell. */
  readonly command: string;
}

/** Something that is good to know and nothing is wrong with: what comes by itself, and what cannot be looked at. */
export interface Note {
  readonly check: Check;
  readonly text: string;
  /** The command that brings it, or the page that shows it. */
  readonly way: string;
}
