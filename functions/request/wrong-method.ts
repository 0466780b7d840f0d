import { StepError } from "../error.ts";

/** Something is there, and is not asked for in this way. */
export class WrongMethodError extends StepError {
  /** Methods by which it is. */
  readonly allowed: readonly string[];

  constructor({
    path,
    method,
    allowed,
  }: {
    readonly path: string;
    readonly method: string;
    readonly allowed: readonly string[];
  }) {
    const message = `${path} does not take ${method}, only ${allowed.join(" and ")}`;
    super({ code: "INVALID_ARGUMENT", reason: "WRONG_METHOD", message });
    this.name = "WrongMethodError";
    this.allowed = allowed;
  }
}
