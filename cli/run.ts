import { exitCodes } from "./exit-code.ts";
import { explain } from "./explain.ts";
import { createProgram } from "./program.ts";

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

// Another program that started this one over a channel wants it no longer than it lives itself.
process.once("disconnect", () => process.exit(exitCodes.interrupted));
process.channel?.unref();

/** The `alloyrun` command. Errors that reach this point are explained on standard error; the exit code tells their kind. */
try {
  await createProgram().parseAsync();
} catch (caught) {
  process.exitCode = explain(caught, process.stderr);
}
