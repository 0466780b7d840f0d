import { DefinitionError } from "../definition-error.ts";

/** Runs a check; a problem that it throws is reported instead. */
export function reporting(report: (problem: DefinitionError) => void, check: () => void): void {
  try {
    check();
  } catch (caught) {
    if (!(caught instanceof DefinitionError)) throw caught;
    report(caught);
  }
}
