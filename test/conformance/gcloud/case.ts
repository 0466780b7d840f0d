/** One command, what it prints and what it sends. In all texts `{project}` and `{number}` stand for the scenario's own. */
export interface Case {
  /** Words after `gcloud`; words with blanks are quoted, and `\\"` is a quotation mark. `{folder}` holds the case's files. */
  readonly run: string;
  /** Seconds that pass on the cloud's clock before, for what takes time to spread. */
  readonly after?: number;
  /** Files in `{folder}`, by name; they stay for later cases. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Exit code; 0 unless given. */
  readonly exit?: number;
  /** Asks for JSON, and what it must match. */
  readonly json?: unknown;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /**
   * Requests in order, `POST compute.googleapis.com/compute/v1/…`, without `alt=json`; ids of operations are `OP`, and
   * what is asked again at once counts once.
   */
  readonly wire?: readonly string[];
}

/** Commands that build on each other, run one after the other in a project of their own. */
export interface Scenario {
  /** Id of the scenario's project. */
  readonly project: string;
  /** Sources of one-file applications that are pushed before, by the name in braces that stands for their image. */
  readonly images?: Readonly<Record<string, string>>;
  /** Ids of functions that are deployed before, through their API. */
  readonly functions?: readonly string[];
  readonly cases: readonly Case[];
}
