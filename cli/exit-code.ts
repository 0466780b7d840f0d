/**
 * The exit codes of every command; scripts rely on them.
 */
export const exitCodes = {
  /** The command did what was asked. */
  ok: 0,
  /** A run, or the command itself, failed; the message names cause and the way forward. */
  failed: 1,
  /** The command line or the spec is wrong; nothing was touched. */
  invalid: 2,
  /** A removal is done but for what only Google releases; the sweep goes on. */
  remaining: 3,
  /** Another run holds the environment, or somebody has frozen it. */
  busy: 4,
  /** alloyrun is not installed in the project, or may not be called by this identity. */
  unavailable: 5,
  /** An approver has rejected it, or nobody approved it in time; nothing was changed. */
  rejected: 6,
  /** There is no such environment, run or approval, or the environment is gone. */
  unknown: 7,
  /** A command that looks for something, `doctor` or `sweep --dry-run`, has found it. */
  found: 8,
  /** A record of an environment was changed, removed, left out or made up. */
  broken: 9,
  /** Ended by Ctrl-C or SIGTERM; a run in the cloud goes on. */
  interrupted: 130,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
