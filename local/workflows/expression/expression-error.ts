/** Text between `${` and `}` that is no expression. */
export class ExpressionError extends Error {
  /** Characters from the start of the text. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.name = "ExpressionError";
    this.offset = offset;
  }
}
