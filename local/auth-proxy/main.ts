import { setTimeout as sleep } from "node:timers/promises";
import { usage } from "./flags.ts";
import { createLog } from "./log.ts";
import { type Options, parseOptions, UsageError } from "./options.ts";

/**
 * A stand-in for the AlloyDB Auth Proxy: the same arguments, environment, endpoints and exit codes, the same calls of
 * the same API, the same protocol towards the instance.
 *
 * @returns the exit code
 */
async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), process.env);
    if (options.isOn("help")) return print(usage());
    if (options.isOn("version")) return print("alloydb-auth-proxy version local\n");
    return await commands[options.command](options);
  } catch (caught) {
    const message = caught instanceof Error ? caught.message : String(caught);
    process.stderr.write(`Error: ${message}\n${caught instanceof UsageError ? usage() : ""}`);
    return 1;
  }
}

const commands: Readonly<Record<Options["command"], (options: Options) => Promise<number>>> = {
  async run(options) {
    const log = createLog({ structured: options.isOn("structured-logs"), quiet: options.isOn("quiet") });
    // Loaded only now, so that wrong arguments are told at once.
    const { runProxy } = await import("./proxy.ts");
    return await runProxy(options, log);
  },
  async wait(options) {
    const url = `http://${options.text("http-address")}:${options.number("http-port")}/startup`;
    const end = performance.now() + options.duration("max");
    while (performance.now() < end) {
      const status = await fetch(url).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return 0;
      await sleep(500);
    }
    throw new Error(`command failed: timed out waiting for ${url}`);
  },
  async shutdown(options) {
    const url = `http://localhost:${options.number("admin-port")}/quitquitquit`;
    const { status } = await fetch(url, { method: "POST" });
    if (status !== 200) throw new Error(`failed to shut down: ${url} answered ${status}`);
    return 0;
  },
};

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.exit(await main());
