/** Something that is wrong with an installation or its project. */
export interface Finding {
  /** What was looked at. */
  readonly check: "project" | "billing" | "agents" | "installation" | "permissions" | "quotas" | "ranges";
  /** Full name of what it is about. */
  readonly resource: string;
  readonly problem: string;
  /** What mends it, ready for a shell. */
  readonly command: string;
}
