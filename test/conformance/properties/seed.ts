/** Seed of what is random here; `FUZZ_SEED` gives another, and the name of the test tells which it was. */
export const seed: number = Number(process.env.FUZZ_SEED ?? 20_261_123);

/** Runs of each property in a long run. */
export const longRuns: number = Number(process.env.FUZZ_RUNS ?? 8);
