import type { Definition } from "../parse/syntax.ts";
import { stepsWithin } from "../parse/walk.ts";
import type { Library } from "../stdlib/library.ts";

/** The subworkflows that wait for something, themselves or through others. See choice `blocking-subworkflow`. */
export function blockingRoutines(definition: Definition, library: Library): ReadonlySet<string> {
  const callees = new Map([...definition.routines].map(([name, { steps }]) => [name, calleesIn(steps)]));
  const blocking = new Set<string>();
  const blocks = (name: string) => blocking.has(name) || library.get(name)?.isBlocking === true;
  for (let before = -1; before < blocking.size; ) {
    before = blocking.size;
    for (const [name, called] of callees) if (called.some(blocks)) blocking.add(name);
  }
  return blocking;
}

function calleesIn(steps: Parameters<typeof stepsWithin>[0]): readonly string[] {
  return [...stepsWithin(steps)].flatMap(({ action }) => (action.kind === "call" ? [action.callee] : []));
}
