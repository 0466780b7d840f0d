import { describe, expect, it } from "@jest/globals";
import { examineRanges } from "../../../deploy/doctor/ranges.ts";
import type { Subnetwork } from "../../../google/clients/compute.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";

const networks = "https://www.googleapis.com/compute/v1/projects/my-project/global/networks";
const example = `${smallestText.replace("asia-northeast1", "us-central1")}  network:
    name: my-vpc
    subnet: { name: my-subnet, range: 192.168.100.0/28 }
    serviceRange: { name: my-range, range: 192.168.200.0/24 }
`;

interface Taken {
  readonly subnetworks?: readonly Subnetwork[];
  readonly addresses?: readonly { name: string; network: string; address: string; prefixLength: number }[];
}

function examineWith(taken: Taken, text: string = example) {
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

  it("looks at the further ranges of subnets, too", async () => {
    const network = `${networks}/my-vpc`;
    const secondaryIpRanges = [{ rangeName: "pods", ipCidrRange: "192.168.100.0/24" }];
    const subnetwork = { name: "cluster", network, ipCidrRange: "10.0.0.0/24", secondaryIpRanges };
    const [finding] = await examineWith({ subnetworks: [subnetwork] });
    expect(finding?.problem).toContain("overlaps pods of cluster, which has 192.168.100.0/24");
  });

  it("tells what an existing network lacks, with the command that makes it of what is free", async () => {
    const existing = "existing: projects/my-host/global/networks/my-vpc\n    subnet: { name: my-subnet }";
    const text = example.replace(/name: my-vpc\n.*\n.*/, existing);
    const network = `${networks}/my-vpc`;
    const theirs = { name: "theirs", network, ipCidrRange: "192.168.100.0/28" };
    expect(await examineWith({ subnetworks: [theirs] }, text)).toEqual([
      {
        ...{ check: "ranges", resource: "environment.yaml: network.subnets.my-subnet" },
        problem: "my-subnet is not in the existing network my-vpc",
        command:
          "gcloud compute networks subnets create my-subnet --region=us-central1 --range=192.168.100.16/28 " +
          "--enable-private-ip-google-access --project=my-host --network=my-vpc",
      },
    ]);
    expect(await examineWith({ subnetworks: [theirs, { ...theirs, name: "my-subnet" }] }, text)).toEqual([]);
    const ranged = text.replace(
      "{ name: my-subnet }",
      "$&\n    serviceRange: { name: my-range, range: 192.168.100.0/24 }",
    );
    const findings = await examineWith({ subnetworks: [{ ...theirs, name: "my-subnet" }] }, ranged);
    expect(findings.map(({ command }) => command)).toEqual([
      "sed -i.bak 's#192.168.100.0/24#192.168.101.0/24#' environment.yaml",
    ]);
    const [reserved] = await examineWith(
      { subnetworks: [{ ...theirs, name: "my-subnet", ipCidrRange: "10.0.0.0/28" }] },
      ranged,
    );
    expect(reserved?.command).toBe(
      "gcloud compute addresses create my-range --global --purpose=VPC_PEERING --addresses=192.168.100.0 " +
        "--prefix-length=24 --project=my-host --network=my-vpc",
    );
  });
});
