/** Steps whose resources go on being billed while something keeps them from going. */
const billedWhileHeld: readonly string[] = ["readPool", "instance", "cluster"];

/** Whether what a step has left is billed: networks and their ranges cost nothing, a database does. */
export function isBilledWhileHeld(step: string): boolean {
  return billedWhileHeld.includes(step);
}
