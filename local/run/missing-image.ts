import type { Container } from "../model/generated/run.ts";
import { imageExists } from "../workload/program.ts";
import type { Failure } from "./condition.ts";
import type { RunContext } from "./context.ts";

/** What becomes of containers one of whose images does not exist; `undefined` when all do. */
export function missingImage(
  { runtime }: RunContext,
  { containers = [] }: { readonly containers?: readonly Container[] } = {},
): Failure | undefined {
  const missing = containers.find(({ image = "" }) => !imageExists(runtime.images, image));
  return missing && { message: `Image '${missing.image}' not found.`, reason: { reason: "CONTAINER_MISSING" } };
}
