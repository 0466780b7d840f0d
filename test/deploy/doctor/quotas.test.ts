import { describe, expect, it } from "@jest/globals";
import { examineQuotas, type QuotaClients } from "../../../deploy/doctor/quotas.ts";
import { installationMark } from "../../../deploy/ownership.ts";
import type { ComputeQuota } from "../../../google/clients/compute-facts.ts";

const target = { project: "my-project", projectNumber: "12345", region: "us-central1" };
const own = { description: installationMark("my-project") };

function project({
  quotas = [],
  accounts = 0,
  installed = 0,
}: {
  readonly quotas?: readonly ComputeQuota[];
  readonly accounts?: number;
  readonly installed?: number;
}): QuotaClients {
  return {
    facts: { getQuotas: async () => quotas },
    iam: {
      listAccounts: async () => [
        ...Array.from({ length: accounts }, () => ({})),
        ...Array.from({ length: installed }, () => own),
      ],
    },
    roles: { listRoles: async () => [] },
  };
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
