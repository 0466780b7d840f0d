/** Google's clock beside the reader's, by which a wait that was simulated is told from a real one. */
export interface Pace {
  /** Notes what Google's clock said (RFC 3339) when the reader's stood at `realMs`. */
  note(googleTime: string, realMs: number): void;
  /** Seconds of the reader's clock between two of Google's times; where nothing was noted both run alike. */
  realSeconds(from: string, to: string): number;
}

/** A moment by both clocks, in milliseconds. */
interface Moment {
  readonly google: number;
  readonly real: number;
}

/** Makes a pace of which nothing is known yet. */
export function createPace(): Pace {
  const moments: Moment[] = [];
  return {
    note(googleTime, realMs) {
      const google = Date.parse(googleTime);
      if (google > (moments.at(-1)?.google ?? Number.NEGATIVE_INFINITY)) moments.push({ google, real: realMs });
    },
    realSeconds: (from, to) => (realAt(moments, Date.parse(to)) - realAt(moments, Date.parse(from))) / 1000,
  };
}

function realAt(moments: readonly Moment[], google: number): number {
  const next = moments.findIndex((moment) => moment.google >= google);
  const before = moments.at(next === -1 ? -1 : Math.max(0, next - 1));
  const after = moments[next];
  if (!before) return google;
  if (!after || after === before) return before.real + (google - before.google);
  const share = (google - before.google) / (after.google - before.google);
  return before.real + share * (after.real - before.real);
}
