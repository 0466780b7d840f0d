import { evaluate } from "../expression/evaluate.ts";
import { fault } from "../fault.ts";
import type { Template } from "../parse/syntax.ts";
import { constants } from "../stdlib/retry.ts";
import type { Task } from "../task.ts";
import { admit } from "../value/size.ts";
import { typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";

/** Computes a value in the source, with the variables in sight. */
export function* evaluateTemplate(template: Template, at: Activation): Task<Value> {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "expression":
      return yield* evaluateIn(template.expression, at);
    case "list": {
      const items: Value[] = [];
      for (const item of template.items) items.push(yield* evaluateTemplate(item, at));
      return admit(items);
    }
    case "map": {
      const entries = new Map<string, Value>();
      for (const { key, value } of template.entries) {
        const name = typeof key === "string" ? key : yield* evaluateTemplate(key, at);
        if (typeof name !== "string") throw fault("TypeError", `map key must be a string, not ${typeName(name)}`);
        entries.set(name, yield* evaluateTemplate(value, at));
      }
      return admit(entries);
    }
  }
}

/** Evaluates an expression with the variables in sight. */
export function evaluateIn(expression: Parameters<typeof evaluate>[0], at: Activation): Task<Value> {
  return evaluate(expression, {
    variable: (name) => at.scope.get(name),
    constant(path) {
      const constant = constants.get(path);
      if (constant !== undefined) return constant;
      const { library, routines } = at.run.program;
      return library.get(path) || routines.has(path) ? { functionName: path } : undefined;
    },
    call: (callee, args) => at.run.interpreter.callFunction(callee, args, at),
  });
}
