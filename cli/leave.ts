import { exitCodes } from "./exit-code.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Says something when somebody leaves by Ctrl-C or SIGTERM, until it is disposed of. A command that another program runs
 * over a channel says nothing: what it works on ends with that program.
 */
export function onLeaving(say: () => void): Disposable {
  const leave = () => {
    if (!process.channel) say();
    process.exit(exitCodes.interrupted);
  };
  for (const signal of signals) process.once(signal, leave);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, leave);
    },
  };
}
