/** RFC 3339 text, by UTC, of seconds since the epoch. */
export function toTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
