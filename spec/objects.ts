/** Where what is kept of environments and their runs lies in the bucket of an installation. */
export const objectOf = {
  /** A plan, as it is asked for or as it was observed: each under its own hash. */
  plan: (hash: string) => `plans/${hash}.json`,
  /** An environment's spec. */
  spec: (environment: string) => `specs/${environment}.yaml`,
  /** An environment's entry: by which plans something of it may have been made. */
  ledger: (environment: string) => `environments/${environment}.json`,
  /** What a removal has left. */
  teardown: (environment: string) => `teardowns/${environment}.json`,
  /** Which execution may change an environment. */
  lock: (environment: string) => `locks/${environment}.json`,
  /** Who waits for that. */
  queue: (environment: string) => `queues/${environment}.json`,
  /** Who keeps an environment as it is. */
  freeze: (environment: string) => `freezes/${environment}.json`,
  /** The runs of an environment that have not ended, as far as is known. */
  open: (environment: string) => `open/${environment}.json`,
  /** The order of an environment's records. */
  chain: (environment: string) => `chains/${environment}.json`,
  /** A record, by the environment and its own id. */
  record: (environment: string, record: string) => `${recordsOf(environment)}${record}.json`,
  /** What was asked, by the id of its run or change. */
  request: (id: string) => `requests/${id}.json`,
  /** A question to the approvers, and the answer. */
  approval: (id: string) => `approvals/${id}.json`,
} as const;

/** How the names begin of all records of an environment. */
export function recordsOf(environment: string): string {
  return `runs/${environment}/`;
}

/** How the names begin of all questions of a run. */
export function approvalsOf(run: string): string {
  return `approvals/${run}-`;
}
