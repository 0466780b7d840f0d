/** Where a plan lies, as it is asked for or as it was observed: each under its own hash. */
export function planObject(hash: string): string {
  return `plans/${hash}.json`;
}

/** Where an environment's spec lies. */
export function specObject(environment: string): string {
  return `specs/${environment}.yaml`;
}

/** Where the list of what a removal has left lies. */
export function teardownObject(environment: string): string {
  return `teardowns/${environment}.json`;
}
