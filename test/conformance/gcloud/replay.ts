import type { Wire } from "./wire.ts";

/**
 * Where a command's requests are known from: `recorded` are those that gcloud 528.0.0 was seen to send to a local cloud,
 * as the reference's own were; `derived` are those that the API's method asks for (path, query and body, as generated
 * clients form them) where gcloud has no command of its own in this version of the API.
 */
export type Source = "reference" | "recorded" | "derived";

/** The requests of one command, or of one rule that all commands follow. */
export interface Replay {
  /** The row of `rows.ts` that it replays. */
  readonly row: string;
  /** The reference unless given. */
  readonly source?: Source;
  /** Sends what gcloud sends, in its order, and expects what gcloud needs. */
  play(wire: Wire): Promise<void>;
}

/** Replays that build on each other, in a project of their own. */
export interface ReplayGroup {
  /** Id of the group's project. */
  readonly project: string;
  readonly replays: readonly Replay[];
}
