import { explain } from "./explain.ts";
import { createProgram } from "./program.ts";

/** The `alloyrun` command. Errors that reach this point are explained on standard error; the exit code tells their kind. */
try {
  await createProgram().parseAsync();
} catch (caught) {
  process.exitCode = explain(caught, process.stderr);
}
