import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createVpcAccess } from "../../../local/vpcaccess/vpc-access.ts";
import { startTestCloud } from "../../support/local-cloud.ts";

let local: LocalCloud;

afterEach(() => local.stop());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe("the official clients", () => {
  it("make a network over REST and a connector in it over gRPC", async () => {
    const port = await freePort();
    const listen = [{ host: "compute.googleapis.com", port }];
    local = await startTestCloud({ apis: [createCompute, createVpcAccess], listen });
    const program = fileURLToPath(new URL("./official-clients.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(port)], {
      env: { ...process.env, ...(await local.environment()) },
    });
    expect(JSON.parse(stdout)).toEqual({
      status: "DONE",
      network: "my-vpc",
      missing: "The resource 'projects/test-project/global/networks/none' was not found",
      scopes: ["regions/us-central1"],
      // Clients of gRPC have enums as numbers: READY.
      connector: { state: 1, network: "my-vpc" },
    });
  }, 60_000);
});
