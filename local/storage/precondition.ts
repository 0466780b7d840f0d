import { conditionNotMet, notModified } from "./error.ts";

/** Conditions on what is there; decimal texts. */
export interface Preconditions {
  readonly ifGenerationMatch?: string;
  readonly ifGenerationNotMatch?: string;
  readonly ifMetagenerationMatch?: string;
  readonly ifMetagenerationNotMatch?: string;
}

/** What the conditions speak about; absent things have generation and metageneration 0. */
interface Versioned {
  readonly generation?: string;
  readonly metageneration?: string;
}

/**
 * Holds a request to its conditions.
 *
 * @param reads whether the request only reads: then a `NotMatch` that fails means "not modified"
 * @throws ApiError 412 `conditionNotMet`, or 304
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export function demandConditions(present: Versioned | undefined, conditions: Preconditions, reads = false): void {
  const { generation = "0", metageneration = "0" } = present ?? {};
  const { ifGenerationMatch, ifMetagenerationMatch, ifGenerationNotMatch, ifMetagenerationNotMatch } = conditions;
  if (differs(ifGenerationMatch, generation) || differs(ifMetagenerationMatch, metageneration)) throw conditionNotMet();
  const unchanged = [
    ifGenerationNotMatch !== undefined && !differs(ifGenerationNotMatch, generation),
    ifMetagenerationNotMatch !== undefined && !differs(ifMetagenerationNotMatch, metageneration),
  ];
  if (unchanged.includes(true)) throw reads ? notModified() : conditionNotMet();
}

function differs(wanted: string | undefined, present: string): boolean {
  return wanted !== undefined && BigInt(wanted) !== BigInt(present);
}
