import type { Run } from "./contract.ts";

/** Something that Google never tries twice under one name: a revision, an execution, a build. */
export interface Attempt<Resource> {
  /** 1 for the first. */
  readonly number: number;
  readonly id: string;
  /** Absent when this attempt has not been made. */
  readonly found?: Resource;
}

/**
 * The attempt that counts now: the first that has not been given up. An attempt that failed in an earlier run is given
 * up, so that `up` after its cause is removed makes another under the next name, and the same content that works is
 * found again under its own.
 *
 * @param options.id of the first attempt; the others are `{id}-2`, `{id}-3` …
 */
export async function findAttempt<Resource>(options: {
  readonly id: string;
  readonly look: (id: string) => Promise<Resource | undefined>;
  readonly isGivenUp: (found: Resource) => boolean;
}): Promise<Attempt<Resource>> {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? options.id : `${options.id}-${number}`;
    const found = await options.look(id);
    if (!found || !options.isGivenUp(found)) return { number, id, found };
  }
}

/**
 * What marks an attempt as made by this execution of the run: whoever resumes a run has mended the cause of what failed in
 * it, or it has passed, like whoever runs `up` again.
 */
export function makerOf({ id, attempt = 1 }: Pick<Run, "id" | "attempt">): string {
  return attempt === 1 ? id : `${id}.${attempt}`;
}
