import { describe, expect, it } from "@jest/globals";
import { examineQuotas, type QuotaClients } from "../../../deploy/doctor/quotas.ts";
import { installationMark } from "../../../deploy/ownership.ts";
import type { ComputeQuota } from "../../../google/clients/compute-facts.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";

const target = { project: "my-project", projectNumber: "12345", region: "us-central1" };
const own = { description: installationMark("my-project") };

function project({
  quotas = [],
  regional = [],
  accounts = 0,
  installed = 0,
}: {
  readonly quotas?: readonly ComputeQuota[];
  readonly regional?: readonly ComputeQuota[];
  readonly accounts?: number;
  readonly installed?: number;
}): QuotaClients {
  return {
    facts: { getQuotas: async (_project, region) => (region === target.region ? regional : quotas) },
    iam: {
      listAccounts: async () => [
        ...Array.from({ length: accounts }, () => ({})),
        ...Array.from({ length: installed }, () => own),
      ],
    },
    roles: { listRoles: async () => [] },
  };
}

function specWith(egress: string, network = "name: my-vpc") {
  return parseSpec(`${smallestText}  network: { ${network} }\n  egress: { ${egress} }\n`);
}

describe("examineQuotas", () => {
  it("finds nothing where there is room for one environment more", async () => {
    const quotas = [
      { metric: "NETWORKS", limit: 15, usage: 14 },
      { metric: "SUBNETWORKS", limit: 100, usage: 3 },
      { metric: "SNAPSHOTS", limit: 1, usage: 1 },
    ];
    expect(await examineQuotas(project({ quotas }), target)).toEqual([]);
  });

  it("tells what is used up, and the command that asks for more", async () => {
    const quotas = [{ metric: "NETWORKS", limit: 15, usage: 15 }];
    const [finding, ...others] = await examineQuotas(project({ quotas }), target);
    expect(others).toEqual([]);
    expect(finding?.problem).toBe("NETWORKS: 15 of 15 are taken, and 1 more are needed");
    expect(finding?.command).toContain("--service=compute.googleapis.com --quota-id=NETWORKS-per-project");
    expect(finding?.command).toContain("--preferred-value=25");
  });

  it("tells when the region has no CPUs left for a connector, as many as its spec begins with", async () => {
    const regional = [
      { metric: "CPUS", limit: 24, usage: 22 },
      { metric: "IN_USE_ADDRESSES", limit: 1, usage: 1 },
    ];
    const clients = project({ regional });
    const [finding, ...others] = await examineQuotas(clients, target);
    expect(others).toEqual([]);
    expect(finding?.problem).toBe("CPUS in us-central1: 22 of 24 are taken, and 4 more are needed");
    expect(finding?.command).toContain("--quota-id=CPUS-per-project-region");
    expect(finding?.command).toContain("--preferred-value=34 --dimensions=region=us-central1");
    expect(await examineQuotas(clients, { ...target, spec: specWith("connector: { machineType: f1-micro }") })).toEqual(
      [],
    );
    expect(await examineQuotas(clients, { ...target, spec: specWith("direct: {}") })).toEqual([]);
  });

  it("asks for no network where an environment uses one that is there", async () => {
    const quotas = [{ metric: "NETWORKS", limit: 15, usage: 15 }];
    const existing = "existing: projects/my-project/global/networks/shared, subnet: { name: theirs }";
    expect(await examineQuotas(project({ quotas }), { ...target, spec: specWith("connector: {}", existing) })).toEqual(
      [],
    );
  });

  it("counts the installation's own accounts once, made or not", async () => {
    const most = 100;
    const { length } = (await import("../../../deploy/installation.ts")).installationAccounts("my-project");
    const room = most - length - 2;
    expect(await examineQuotas(project({ accounts: room }), target)).toEqual([]);
    expect(await examineQuotas(project({ accounts: room, installed: length }), target)).toEqual([]);
    const [finding] = await examineQuotas(project({ accounts: room + 1, installed: length }), target);
    expect(finding?.problem).toContain("service accounts: 99 of 100 are taken, and 2 more");
  });
});
