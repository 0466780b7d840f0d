/** What an exit code of the seed runner means; Cloud Run reports the code as the task's `lastAttemptResult.exitCode`. */
export const seedExitCodes = {
  connect: 10,
  login: 11,
  sql: 12,
  checksum: 13,
  archive: 14,
  settings: 15,
  lost: 16,
} as const;

/** Why the seed runner ends. */
export type SeedFailureKind = keyof typeof seedExitCodes;

/** One sentence for each exit code, for people. */
export const seedExitMeanings: Readonly<Record<number, string>> = {
  [seedExitCodes.connect]: "the database could not be reached over its private address",
  [seedExitCodes.login]: "the database refused the login",
  [seedExitCodes.sql]: "a statement failed",
  [seedExitCodes.checksum]: "a seed file that was applied before has changed",
  [seedExitCodes.archive]: "the seed files could not be read",
  [seedExitCodes.settings]: "the job was given a malformed environment",
  [seedExitCodes.lost]: "another run held the environment by then",
};

/** Ends the seed runner with the exit code of its kind. The message is printed, so it holds no secret. */
export class SeedFailure extends Error {
  readonly kind: SeedFailureKind;
  /** Facts beside the message, for the log: file, statement number, line, SQLSTATE. */
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(options: {
    readonly kind: SeedFailureKind;
    readonly message: string;
    readonly facts?: Readonly<Record<string, string | number>>;
    readonly cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = "SeedFailure";
    this.kind = options.kind;
    this.facts = options.facts ?? {};
  }
}
