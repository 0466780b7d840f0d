/** How often what is left to do is looked after: teardowns that Google held up, and environments that expire. */
export const sweepEveryMinutes = 15;

/** When the next sweep begins: they begin at the full quarter of an hour. Seconds since the epoch. */
export function nextSweepAfter(seconds: number): number {
  const every = sweepEveryMinutes * 60;
  return (Math.floor(seconds / every) + 1) * every;
}
