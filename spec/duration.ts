const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The shortest time to live: less than that is shorter than it takes to be built and used. */
export const shortestLifeSeconds = 3600;

/** The longest freeze: who waits for its end waits no longer than a run may. */
export const longestFreezeSeconds = 31 * 86_400;

/** Seconds of a duration such as `72h`; its pattern is checked by the schema. */
export function toSeconds(duration: string): number {
  return Number(duration.slice(0, -1)) * (secondsOf[duration.slice(-1)] ?? Number.NaN);
}

/** A duration as people write it, in the largest unit that holds it whole: `3d`, `90m`. */
export function toDuration(seconds: number): string {
  const [unit = "s", size = 1] = Object.entries(secondsOf).findLast(([, each]) => seconds % each === 0) ?? [];
  return `${seconds / size}${unit}`;
}
