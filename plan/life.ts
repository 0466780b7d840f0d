/** What is known of an environment's life: times in seconds since the epoch. */
export interface Life {
  readonly readyAt?: number;
  readonly expiresAt?: number;
  /** When the run gave it its present life, which is counted from there; where nothing says so, when it was ready. */
  readonly livesFrom?: number;
  /** The time to live by which that was counted; `extend` moves the end, not this. */
  readonly timeToLiveSeconds?: number;
  /** What the spec said by then, null when nothing: only what it says anew counts. */
  readonly specTimeToLiveSeconds?: number | null;
}

/** The times to live that a run comes with. */
export interface GivenLife {
  /** What its request says. */
  readonly asked?: number;
  /** What the spec says. */
  readonly spec?: number;
}

/**
 * The time to live that a run gives an environment: what its request says, else what the spec says anew; absent seconds
 * mean that it is kept. One that a removal has begun to take down begins its life again, as long as it was. Undefined when
 * it gives none, and the environment keeps the life that it has.
 */
export function lifeGiven(known: Life, { asked, spec }: GivenLife): { readonly seconds?: number } | undefined {
  const { readyAt, timeToLiveSeconds, specTimeToLiveSeconds = timeToLiveSeconds ?? null } = known;
  const isSame = (spec ?? null) === specTimeToLiveSeconds;
  if (readyAt === undefined) return { seconds: asked ?? (isSame ? timeToLiveSeconds : spec) };
  if (asked !== undefined) return asked === timeToLiveSeconds ? undefined : { seconds: asked };
  return isSame ? undefined : { seconds: spec };
}

/** When a life that a run gives ends: one that begins again ends no earlier than it was to, with what `extend` has added. */
export function endOf({ readyAt, expiresAt, timeToLiveSeconds }: Life, seconds: number, now: number): number {
  const isAgain = readyAt === undefined && expiresAt !== undefined && seconds === timeToLiveSeconds;
  return isAgain ? Math.max(now + seconds, expiresAt) : now + seconds;
}

/**
 * Seconds that an environment lives on once a run has given it what it gives, counted from now; undefined when nobody has
 * set an end.
 */
export function lifeAhead(known: Life, given: GivenLife, now: number): number | undefined {
  const life = lifeGiven(known, given);
  if (life) return life.seconds === undefined ? undefined : endOf(known, life.seconds, now) - now;
  return known.expiresAt === undefined ? undefined : Math.max(0, known.expiresAt - now);
}

/** Whatever its life is, an environment may be kept for a week from when that began. */
const shortestReachSeconds = 7 * 86_400;

/**
 * How long an environment may be kept without a run, in seconds from when its life began: two of its lives, or a week if
 * that is longer, however often it is asked. What it costs a day was judged when it was built; for how long that is paid is
 * the spec's to say, which a run changes.
 */
export function reachOf({ readyAt = 0, livesFrom = readyAt, expiresAt = livesFrom, timeToLiveSeconds }: Life): {
  readonly from: number;
  readonly seconds: number;
} {
  const life = timeToLiveSeconds ?? expiresAt - livesFrom;
  return { from: livesFrom, seconds: Math.max(2 * life, shortestReachSeconds) };
}

/**
 * Whether a time to live may end an environment that is ready earlier than it would have ended. It says the same whenever
 * it is asked, so that an approval stays about the same: a life as long as the whole of the present one ends no earlier.
 */
export function endsEarlier({ readyAt, expiresAt }: Life, seconds: number | undefined): boolean {
  if (readyAt === undefined || seconds === undefined) return false;
  return expiresAt === undefined || seconds < expiresAt - readyAt;
}
