/** A seeded source of randomness: the same seed gives the same draws in the same order. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Standard normal. */
  normal(): number;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** An independent source whose draws depend on this one's seed and the name only, not on the draws made so far. */
  fork(name: string): Random;
  /** The same, but equal after a restart with kept state too: for what is derived from a name whenever it is asked for. */
  lasting(name: string): Random;
}

/**
 * Makes a random source from a seed (mulberry32).
 *
 * @param lastingSeed what `lasting` goes by, where a restart has changed the seed so that no draw repeats
 */
export function createRandom(seed: string, lastingSeed = seed): Random {
  let state = hash(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(""),
    fork: (name) => createRandom(`${seed}/${name}`, `${lastingSeed}/${name}`),
    lasting: (name) => createRandom(`${lastingSeed}/${name}`),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of Buffer.from(text)) value = Math.imul(value ^ char, 0x01000193);
  return value | 0;
}
