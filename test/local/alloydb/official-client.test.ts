import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";

jest.setTimeout(30_000);

const project = "official-project";
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));

let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({ project, apis: [createAlloyDb, createCompute] });
  for (const service of ["alloydb", "compute"])
    local.cloud.projects.setUsable(project, `${service}.googleapis.com`, true);
  const network = { name: "vpc", autoCreateSubnetworks: false };
  await fetch(`${local.url}/compute.googleapis.com/compute/v1/projects/${project}/global/networks`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify(network),
  });
  await local.cloud.clock.advance(300_000);
});

afterAll(() => local.stop());

/** The client follows its environment, so it runs in a process of its own. */
const script = `
  import { AlloyDBAdminClient } from "@google-cloud/alloydb";
  const client = new AlloyDBAdminClient();
  const parent = "projects/${project}/locations/us-central1";
  const network = "projects/${project}/global/networks/vpc";
  const [creation] = await client.createCluster({
    parent, clusterId: "main", cluster: { networkConfig: { network }, initialUser: { password: "secret" } },
  });
  const [cluster, metadata] = await creation.promise();
  const [found] = await client.getCluster({ name: cluster.name });
  const missing = await client.getInstance({ name: cluster.name + "/instances/none" }).catch((error) => error);
  const [deletion] = await client.deleteCluster({ name: cluster.name, etag: found.etag });
  await deletion.promise();
  const [left] = await client.listClusters({ parent });
  console.log(JSON.stringify({ state: found.state, network: found.network, code: missing.code, left: left.length }));
`;

describe("the official client", () => {
  it("creates, reads and deletes a cluster over gRPC", async () => {
    const env = { PATH: process.env.PATH, ...(await local.environment()) };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env, cwd: root });
    const number = local.cloud.projects.find(project)?.projectNumber;
    expect(JSON.parse(stdout)).toEqual({
      state: "READY",
      network: `projects/${number}/global/networks/vpc`,
      code: 5,
      left: 0,
    });
  });
});
