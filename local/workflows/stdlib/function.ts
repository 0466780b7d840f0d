import type { Effects } from "../execute/effects.ts";
import { fault } from "../fault.ts";
import type { Task } from "../task.ts";
import { admit } from "../value/size.ts";
import { isNumber, typeName, type Value, type ValueList, type ValueMap } from "../value/value.ts";

/** A function of the standard library. */
export interface LibraryFunction {
  readonly name: string;
  readonly parameters: readonly LibraryParameter[];
  /** Whether it may only be used in a call step. */
  readonly isBlocking: boolean;
  /** Whether the history shows calls of it as calls of a connector. */
  readonly isConnector?: boolean;
  /** Type of the result, for readers of the tables. */
  readonly result: string;
  /** Runs it with checked arguments by name. */
  readonly run: (args: Readonly<Record<string, Value>>, context: LibraryContext) => Task<Value>;
}

/** A parameter and the types it takes. */
export interface LibraryParameter {
  readonly name: string;
  readonly isOptional: boolean;
  readonly types: readonly string[];
}

/** What a function works with besides its arguments. */
export interface LibraryContext {
  readonly effects: Effects;
}

interface Types {
  readonly value: Value;
  readonly string: string;
  readonly boolean: boolean;
  readonly null: null;
  readonly integer: bigint;
  readonly number: bigint | number;
  readonly bytes: Uint8Array;
  readonly list: ValueList;
  readonly map: ValueMap;
}

type TypeOf<Text extends string> = Text extends `${infer One}|${infer Others}`
  ? TypeOf<One> | TypeOf<Others>
  : Text extends keyof Types
    ? Types[Text]
    : never;

/** Argument types read from a signature such as `source: string, limit?: integer`. */
export type ArgumentsOf<Signature extends string> = Signature extends `${infer First}, ${infer Others}`
  ? ArgumentsOf<First> & ArgumentsOf<Others>
  : Signature extends `${infer Name}?: ${infer Type}`
    ? { readonly [Key in Name]?: TypeOf<Type> }
    : Signature extends `${infer Name}: ${infer Type}`
      ? { readonly [Key in Name]: TypeOf<Type> }
      : unknown;

/** One row of a namespace's table: name, parameters, result, implementation. No result is larger than a value may be. */
export function row<Signature extends string>(
  ...[name, signature, result, run]: [
    name: string,
    signature: Signature,
    result: string,
    run: (args: ArgumentsOf<Signature>, context: LibraryContext) => Value,
  ]
): LibraryFunction {
  return {
    name,
    result,
    parameters: parseSignature(signature),
    isBlocking: false,
    // biome-ignore lint/correctness/useYield: a plain function is a task without effects
    *run(args, context) {
      // `bindArguments` has checked every argument against the signature that the type is read from.
      return admit(run(args as ArgumentsOf<Signature>, context));
    },
  };
}

/** A row whose function waits for something and so may only be used in a call step. */
export function blockingRow<Signature extends string>(
  ...[name, signature, result, run]: [
    name: string,
    signature: Signature,
    result: string,
    run: (args: ArgumentsOf<Signature>, context: LibraryContext) => Task<Value>,
  ]
): LibraryFunction {
  return {
    name,
    result,
    parameters: parseSignature(signature),
    isBlocking: true,
    // `bindArguments` has checked every argument against the signature that the type is read from.
    run: (args, context) => run(args as ArgumentsOf<Signature>, context),
  };
}

function parseSignature(signature: string): readonly LibraryParameter[] {
  if (signature === "") return [];
  return signature.split(", ").map((text) => {
    const [name = "", types = ""] = text.split(": ");
    return { name: name.replace("?", ""), isOptional: name.endsWith("?"), types: types.split("|") };
  });
}

/**
 * Checks arguments against a function's parameters.
 *
 * @throws WorkflowError TypeError
 */
export function bindArguments(
  { name, parameters }: LibraryFunction,
  given: ReadonlyMap<string, Value>,
): Readonly<Record<string, Value>> {
  const bound: Record<string, Value> = {};
  for (const parameter of parameters) {
    const value = given.get(parameter.name);
    if (value === undefined || (value === null && parameter.isOptional)) {
      if (!parameter.isOptional) throw fault("TypeError", `${name}: argument '${parameter.name}' is missing`);
      continue;
    }
    if (!accepts(parameter, value)) throw wrongType(name, parameter, value);
    bound[parameter.name] = value;
  }
  return bound;
}

function accepts({ types }: LibraryParameter, value: Value): boolean {
  return types.some((type) => type === "value" || (type === "number" && isNumber(value)) || type === typeName(value));
}

function wrongType(name: string, parameter: LibraryParameter, value: Value) {
  const expected = parameter.types.join(" or ");
  return fault("TypeError", `${name}: argument '${parameter.name}' must be ${expected}, not ${typeName(value)}`);
}
