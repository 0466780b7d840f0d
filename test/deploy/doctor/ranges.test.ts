import { describe, expect, it } from "@jest/globals";
import { examineRanges } from "../../../deploy/doctor/ranges.ts";
import { parseSpec } from "../../../spec/load.ts";

const networks = "https://www.googleapis.com/compute/v1/projects/my-project/global/networks";
const text = `
apiVersion: alloyrun/v1
kind: Environment
metadata: { name: staging }
spec:
  project: my-project
  region: us-central1
  network:
    name: my-vpc
    subnet: { name: my-subnet, range: 192.168.100.0/28 }
    serviceRange: { name: my-range, range: 192.168.200.0/24 }
  database: { seed: { directory: ./seed } }
  service: { source: ./app }
`;

function examineWith(taken: {
  readonly subnetworks?: readonly { name: string; network: string; ipCidrRange: string }[];
  readonly addresses?: readonly { name: string; network: string; address: string; prefixLength: number }[];
}) {
  const facts = {
    listSubnetworks: async () => taken.subnetworks ?? [],
    listGlobalAddresses: async () => taken.addresses ?? [],
  };
  const spec = parseSpec(text);
  return examineRanges(facts, { file: "environment.yaml", spec, text });
}

describe("examineRanges", () => {
  it("finds nothing in an empty project", async () => {
    expect(await examineWith({})).toEqual([]);
  });

  it("names what a subnet overlaps, and the command that takes the next free range instead", async () => {
    const network = `${networks}/my-vpc`;
    const findings = await examineWith({
      subnetworks: [
        { name: "first", network, ipCidrRange: "192.168.100.0/27" },
        { name: "second", network, ipCidrRange: "192.168.100.32/28" },
      ],
    });
    expect(findings).toEqual([
      {
        check: "ranges",
        resource: "environment.yaml: network.subnets.my-subnet",
        problem: "192.168.100.0/28 overlaps first, which has 192.168.100.0/27; 192.168.100.48/28 is free",
        command: "sed -i.bak 's#192.168.100.0/28#192.168.100.48/28#' environment.yaml",
      },
    ]);
  });

  it("looks at reserved ranges too", async () => {
    const network = `${networks}/my-vpc`;
    const address = { name: "somebodys", network, address: "192.168.0.0", prefixLength: 16 };
    const findings = await examineWith({ addresses: [address] });
    expect(findings.map(({ resource }) => resource)).toEqual([
      "environment.yaml: network.subnets.my-subnet",
      "environment.yaml: network.serviceRange",
    ]);
    expect(findings[0]?.command).toContain("gcloud compute networks subnets list");
  });

  it("lets pass equal ranges in other networks, and what the environment has itself", async () => {
    const subnetwork = { name: "my-subnet", network: `${networks}/my-vpc`, ipCidrRange: "192.168.100.0/28" };
    const elsewhere = { ...subnetwork, name: "other", network: `${networks}/other-vpc` };
    expect(await examineWith({ subnetworks: [subnetwork, elsewhere] })).toEqual([]);
  });
});
