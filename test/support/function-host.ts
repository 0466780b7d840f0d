import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";

/**
 * Program of a child process that serves functions under the Functions Framework, each on a loopback port of its own:
 * Node reads certificates and proxies from the environment at its start, so the functions of a test need a process that
 * was started with them.
 *
 * Arguments: `<module>=<function>` each. Prints one line of JSON with the ports by function, and ends with its input.
 */
const ports: Record<string, number> = {};
for (const argument of process.argv.slice(2)) {
  const [module = "", name = ""] = argument.split("=");
  await import(new URL(`../../${module}`, import.meta.url).href);
  const server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ports[name] = (server.address() as AddressInfo).port;
}
process.stdout.write(`${JSON.stringify({ ports })}\n`);
process.stdin.resume().once("end", () => process.exit(0));
