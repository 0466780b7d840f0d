import type { Wire } from "./wire.ts";

/** The requests of one command, or of one rule that all commands follow. */
export interface Replay {
  /** The row of `rows.ts` that it replays. */
  readonly row: string;
  /** Sends what gcloud sends, in its order, and expects what gcloud needs. */
  play(wire: Wire): Promise<void>;
}

/** Replays that build on each other, in a project of their own. */
export interface ReplayGroup {
  /** Id of the group's project. */
  readonly project: string;
  readonly replays: readonly Replay[];
}
