import type { Position } from "./parse/syntax.ts";

/** A definition that cannot be deployed. */
export class DefinitionError extends Error {
  readonly code: "INVALID_ARGUMENT" | "UNIMPLEMENTED";
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Where in the source; absent when the source as a whole is at fault. */
  readonly position: Position | undefined;

  constructor({ message, position, step, code = "INVALID_ARGUMENT" }: DefinitionErrorFields) {
    const where = position ? ` (line ${position.line}, column ${position.column})` : "";
    super(`failed to build: ${step === undefined ? "" : `error in step ${step}: `}${message}${where}`);
    this.name = "DefinitionError";
    this.reason = `${step === undefined ? "" : `error in step ${step}: `}${message}`;
    this.code = code;
    this.position = position;
  }
}

/** What a `DefinitionError` is made of. */
export interface DefinitionErrorFields {
  readonly message: string;
  readonly position?: Position;
  /** Name of the step at fault, if it is one step. */
  readonly step?: string;
  /** UNIMPLEMENTED for what the language has and this runtime does not execute. */
  readonly code?: "INVALID_ARGUMENT" | "UNIMPLEMENTED";
}
