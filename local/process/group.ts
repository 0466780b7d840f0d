/** Ends at once all that is left of the group that a process leads. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it ended by itself.
  }
}
