import type { AddressInfo } from "node:net";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { functionId } from "../../spec/names.ts";

/*
 * Serves the functions of the steps that its arguments name, as the Functions Framework would, and tells its parent their
 * ports. A process of its own, because what a Google client trusts and asks is decided when its process starts.
 */
const ports: Record<string, number> = {};
for (const step of process.argv.slice(2)) {
  const file = functionId(step).replace("alloyrun-", "");
  await import(`../../functions/steps/${file}.ts`);
  ports[step] = await listen(functionId(step));
}
process.send?.(ports);
process.on("disconnect", () => process.exit());

function listen(functionName: string): Promise<number> {
  const server = getTestServer(functionName);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
