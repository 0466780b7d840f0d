/** One thing that is wrong with a spec or with a file that it names. */
export interface SpecProblem {
  /** File, relative to the spec, when it is not the spec itself. */
  readonly file?: string;
  /** Path in the spec, for example `spec.network.subnet.range`; empty for the whole. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A problem before its place in the text is known. */
export interface Finding {
  /** Keys from the top of the file. */
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, not its value. */
  readonly atKey?: boolean;
  /** Other parts that it compares with: when one of them is wrong itself, the finding says nothing. */
  readonly comparedWith?: readonly (readonly PropertyKey[])[];
  readonly message: string;
  readonly fix: string;
}

/** Everything that is wrong with a spec, in the order of its lines. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly problems: readonly SpecProblem[];

  constructor({ problems }: { readonly problems: readonly SpecProblem[] }) {
    const sorted = [...problems].sort(byPlace);
    super(sorted.map(toLine).join("\n"));
    this.problems = sorted;
  }
}

function byPlace(a: SpecProblem, b: SpecProblem): number {
  const [fileA, fileB] = [a.file ?? "", b.file ?? ""];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function toLine({ file, path, line, column, message, fix }: SpecProblem): string {
  const place = file === undefined ? `${line}:${column}` : `${file}:${line}:${column}`;
  return `${place} ${path === "" ? "" : `${path} `}${message}: ${fix}`;
}
