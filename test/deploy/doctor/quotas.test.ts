import { describe, expect, it } from "@jest/globals";
import { examineQuotas, type QuotaClients } from "../../../deploy/doctor/quotas.ts";
import { installationAccounts } from "../../../deploy/installation.ts";
import { installationMark } from "../../../deploy/ownership.ts";
import type { ComputeQuota } from "../../../google/clients/compute-facts.ts";
import { parseSpec } from "../../../spec/load.ts";
import { accountEmail } from "../../../spec/names.ts";
import { smallestText } from "../../spec/example.ts";

const target = { project: "my-project", projectNumber: "12345", region: "us-central1" };
const own = { description: installationMark("my-project") };

const spec = specWith("connector: {}");

function project({
  quotas = [],
  regional = [],
  accounts = 0,
  installed = 0,
  standing = false,
}: {
  readonly quotas?: readonly ComputeQuota[];
  readonly regional?: readonly ComputeQuota[];
  readonly accounts?: number;
  readonly installed?: number;
  /** Whether all that the spec below names is there. */
  readonly standing?: boolean;
}): QuotaClients {
  const subnetwork = `projects/p/regions/${spec.region}/subnetworks/${spec.network.subnets[0]?.name}`;
  return {
    facts: {
      getQuotas: async (_project, region) => (region === target.region ? regional : quotas),
      listNetworks: async () => (standing ? [{ name: spec.network.name }] : [{ name: "other" }]),
      listSubnetworks: async () =>
        standing ? [{ selfLink: subnetwork }] : [{ selfLink: subnetwork.replace(spec.region, "europe-west1") }],
      listGlobalAddresses: async () => (standing ? [{ name: spec.network.serviceRange?.name }] : []),
    },
    vpcAccess: { getConnector: async () => (standing ? {} : undefined) },
    iam: {
      listAccounts: async () => [
        ...Array.from({ length: accounts }, () => ({})),
        ...Array.from({ length: installed }, () => own),
        ...(standing ? [{ email: emailOf("serviceAccount") }, { email: emailOf("seedAccount") }] : []),
      ],
    },
    roles: { listRoles: async () => [] },
  };
}

const emailOf = (account: keyof typeof spec.identity) => accountEmail(spec.project, spec.identity[account]);

function specWith(egress: string, network = "name: my-vpc") {
  return parseSpec(`${smallestText}  network: { ${network} }\n  egress: { ${egress} }\n`);
}

describe("examineQuotas", () => {
  const nothing = { findings: [], notes: [] };
  const networks = [
    { metric: "NETWORKS", limit: 15, usage: 15 },
    { metric: "SUBNETWORKS", limit: 3, usage: 3 },
    { metric: "GLOBAL_INTERNAL_ADDRESSES", limit: 3, usage: 3 },
  ];
  const cpus = [
    { metric: "CPUS", limit: 24, usage: 22 },
    { metric: "IN_USE_ADDRESSES", limit: 1, usage: 1 },
  ];

  it("finds nothing where there is room for one environment more", async () => {
    const quotas = [
      { metric: "NETWORKS", limit: 15, usage: 14 },
      { metric: "SUBNETWORKS", limit: 100, usage: 3 },
      { metric: "SNAPSHOTS", limit: 1, usage: 1 },
    ];
    expect(await examineQuotas(project({ quotas }), target)).toEqual(nothing);
    expect(await examineQuotas(project({ quotas }), { ...target, spec })).toEqual(nothing);
  });

  it("tells what is used up that a spec needs, and the command that asks for more", async () => {
    const { findings, notes } = await examineQuotas(project({ quotas: networks }), { ...target, spec });
    expect(notes).toEqual([]);
    expect(findings.map(({ problem }) => problem)).toEqual([
      "NETWORKS: 15 of 15 are taken, and 1 more are needed",
      "SUBNETWORKS: 3 of 3 are taken, and 1 more are needed",
      "GLOBAL_INTERNAL_ADDRESSES: 3 of 3 are taken, and 1 more are needed",
    ]);
    expect(findings[0]?.command).toContain("--service=compute.googleapis.com --quota-id=NETWORKS-per-project");
    expect(findings[0]?.command).toContain("--preferred-value=25");
  });

  it("needs nothing more for what stands, however full it is", async () => {
    const full = project({ quotas: networks, regional: cpus, accounts: 98, installed: 0, standing: true });
    const { findings } = await examineQuotas(full, { ...target, spec });
    expect(findings.map(({ problem }) => problem.split(":")[0])).toEqual(["service accounts"]);
    expect(findings[0]?.problem).toMatch(/ 100 of 100 are taken, and \d+ more/);
    const { length } = installationAccounts("my-project");
    const installed = project({
      quotas: networks,
      regional: cpus,
      accounts: 98 - length,
      installed: length,
      standing: true,
    });
    expect(await examineQuotas(installed, { ...target, spec })).toEqual(nothing);
  });

  it("notes without a spec that there is no room, for nothing is known to need it", async () => {
    const { findings, notes } = await examineQuotas(project({ quotas: networks, regional: cpus }), target);
    expect(findings).toEqual([]);
    expect(notes.map(({ text }) => text.split(":")[0])).toEqual([
      ...networks.map(({ metric }) => metric),
      "CPUS in us-central1",
    ]);
    expect(notes[0]).toMatchObject({
      text: "NETWORKS: 15 of 15 are taken: there is no room for another environment, which usually takes 1",
      way: expect.stringContaining("--quota-id=NETWORKS-per-project"),
    });
  });

  it("tells when the region has no CPUs left for a connector, as many as its spec begins with", async () => {
    const clients = project({ regional: cpus });
    const { findings } = await examineQuotas(clients, { ...target, spec });
    const [finding, ...others] = findings;
    expect(others).toEqual([]);
    expect(finding?.problem).toBe("CPUS in us-central1: 22 of 24 are taken, and 4 more are needed");
    expect(finding?.command).toContain("--quota-id=CPUS-per-project-region");
    expect(finding?.command).toContain("--preferred-value=34 --dimensions=region=us-central1");
    const smaller = { ...target, spec: specWith("connector: { machineType: f1-micro }") };
    expect(await examineQuotas(clients, smaller)).toEqual(nothing);
    expect(await examineQuotas(clients, { ...target, spec: specWith("direct: {}") })).toEqual(nothing);
  });

  it("asks for no network where an environment uses one that is there", async () => {
    const existing = "existing: projects/my-project/global/networks/shared, subnet: { name: theirs }";
    const shared = { ...target, spec: specWith("connector: {}", existing) };
    expect(await examineQuotas(project({ quotas: networks }), shared)).toEqual(nothing);
  });

  it("counts the installation's own accounts once, made or not", async () => {
    const { length } = installationAccounts("my-project");
    const room = 100 - length - 2;
    const wanted = { ...target, spec };
    expect(await examineQuotas(project({ accounts: room }), wanted)).toEqual(nothing);
    expect(await examineQuotas(project({ accounts: room, installed: length }), wanted)).toEqual(nothing);
    const full = project({ accounts: room + 1, installed: length });
    const { findings } = await examineQuotas(full, wanted);
    expect(findings[0]?.problem).toContain("service accounts: 99 of 100 are taken, and 2 more");
    expect(await examineQuotas(full, target)).toMatchObject({
      findings: [],
      notes: [{ text: expect.stringContaining("service accounts: 99 of 100 are taken") }],
    });
  });
});
