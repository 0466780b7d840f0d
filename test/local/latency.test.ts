import { describe, expect, it } from "@jest/globals";
import { createArtifactRegistry } from "../../local/artifactregistry/artifact-registry.ts";
import { createCompute } from "../../local/compute/compute.ts";
import { createIam } from "../../local/iam/iam.ts";
import { drawLatency, type LatencyKind, latencies, type Wait } from "../../local/latency.ts";
import { createRandom } from "../../local/random.ts";
import { rest, startTestCloud, testProject } from "../support/local-cloud.ts";
import { latencyTable, withoutFigure } from "./latency-table.ts";

const project = `projects/${testProject}`;

describe("drawLatency", () => {
  it.each(Object.entries(latencies))("draws %s around its median, within its 95th percentile", (kind, { p50, p95 }) => {
    const random = createRandom(kind);
    const seconds = Array.from({ length: 400 }, () => drawLatency(kind as LatencyKind, random) / 1000);
    const below = seconds.filter((one) => one <= p50).length / seconds.length;
    expect(Math.max(...seconds)).toBeLessThanOrEqual(p95 + 1e-6);
    expect(below).toBeGreaterThan(0.4);
    expect(below).toBeLessThan(0.6);
  });
});

describe("latencies", () => {
  it.each(latencyTable.map(([what, kind, p50, p95]) => [what, kind, { p50, p95 }] as const))(
    "are those gathered for %s",
    (_, kind, figures) => {
      expect(Object.entries(latencies).find(([name]) => name === kind)?.[1]).toEqual(figures);
    },
  );

  it("have a gathered figure, or are known to have none", () => {
    const known = [...latencyTable.map(([, kind]) => kind), ...withoutFigure];
    expect(Object.keys(latencies).sort()).toEqual(known.sort());
  });
});

describe("a run's latencies", () => {
  /** Ids and durations of all operations that one sequence of requests starts, by what they are about. */
  async function record(seed: string, isReversed: boolean): Promise<Record<string, string>> {
    const local = await startTestCloud({ seed, apis: [createArtifactRegistry, createCompute, createIam] });
    const names = ["a1", "b2", "c3", "d4", "e5", "f6"];
    const act = async (name: string) => {
      const body = { name, autoCreateSubnetworks: false };
      await rest(local, `POST compute.googleapis.com/compute/v1/${project}/global/networks`, { body });
      const repositories = `artifactregistry.googleapis.com/v1/${project}/locations/us-central1/repositories`;
      await rest(local, `POST ${repositories}?repositoryId=${name}`, { body: { format: "DOCKER" } });
      const accounts = `iam.googleapis.com/v1/${project}/serviceAccounts`;
      await rest(local, `POST ${accounts}`, { body: { accountId: `account-${name}` } });
    };
    await Promise.all((isReversed ? names.toReversed() : names).map(act));
    const operations = local.cloud.store.collection<Timed>("operations").list();
    const accounts = local.cloud.store.collection<{ uniqueId: string }>("iam.serviceAccounts").list();
    await local.stop();
    return Object.fromEntries([
      ...operations.map(([name, { target, startTime, dueTime }]) => [
        target,
        `${name} ${Math.round(dueTime - startTime)} ms`,
      ]),
      ...accounts.map(([email, { uniqueId }]) => [email, uniqueId]),
    ]);
  }

  it("are the same for the same seed, in whatever order concurrent clients come", async () => {
    const first = await record("one", false);
    expect(Object.keys(first)).toHaveLength(18);
    expect(await record("one", true)).toEqual(first);
    expect(await record("two", false)).not.toEqual(first);
  }, 60_000);
});

describe("waits", () => {
  it("are told with their beginning, their end, and who brought them about", async () => {
    const local = await startTestCloud({ apis: [createIam] });
    const accounts = `iam.googleapis.com/v1/${project}/serviceAccounts`;
    await rest(local, `POST ${accounts}`, { body: { accountId: "late-one" } });
    const answer = await fetch(`${local.url}/_local/waits`);
    const { waits } = (await answer.json()) as { readonly waits: readonly Wait[] };
    await local.stop();
    const name = `late-one@${testProject}.iam.gserviceaccount.com`;
    const [wait] = waits.filter((one) => one.kind === "iam.serviceAccount.propagation");
    expect(wait).toMatchObject({ name, principal: "owner@example.com" });
    expect(wait?.dueTime).toBeGreaterThan(wait?.startTime ?? Number.NaN);
  });
});

interface Timed {
  readonly target: string;
  readonly startTime: number;
  readonly dueTime: number;
}
