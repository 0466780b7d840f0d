import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { decide } from "../../../cli/commands/approval.ts";
import { audit } from "../../../cli/commands/audit.ts";
import { status } from "../../../cli/commands/environment.ts";
import { runs, watch } from "../../../cli/commands/runs.ts";
import { explain } from "../../../cli/explain.ts";
import type { Installation } from "../../../cli/installation.ts";
import { ProblemError } from "../../../cli/request-client.ts";
import { renderInstallationPlan } from "../../../cli/view/installation.ts";
import { renderOutcome } from "../../../cli/view/outcome.ts";
import { renderPlan } from "../../../cli/view/plan.ts";
import { toPlanDocument } from "../../../cli/view/plan-document.ts";
import { renderRuns } from "../../../cli/view/runs.ts";
import { renderStanding } from "../../../cli/view/standing.ts";
import { renderStatus } from "../../../cli/view/status.ts";
import { wrapLines } from "../../../cli/view/wrap.ts";
import { installationAccounts } from "../../../deploy/installation.ts";
import type { RunView } from "../../../functions/api.ts";
import { put } from "../../support/stored.ts";
import { installationOf, keepTerminal } from "../commands/installation.ts";
import { approvalView, at, planView, runView, step } from "../run-view.ts";

/** The longest that Google, and alloyrun, let names be. */
const place = { project: "a-project-with-thirty-letters", region: "northamerica-northeast1" };
const environment = "an-environment-of-thirty-chars";
const run = `run-${"0123456789".repeat(2)}`;
const account = `alloyrun-scheduler@${place.project}.iam.gserviceaccount.com`;
const person = "a.person.with.a.long.name@subsidiary.example.com";
const reason = "because the team of the third floor shows the release to those who pay for it on Friday";
const instance = `projects/${place.project}/locations/${place.region}/clusters/${environment}/instances/${environment}`;

const holder = {
  ...{ run, status: `/v1/runs/${run}`, requestedBy: account, why: "rebuild at level database", since: at(0) },
  expectedSeconds: 1500,
};
const evidence = Array.from({ length: 20 }, (_, line) => `line ${line}: ${"a long line of a log ".repeat(8)}`);
const message = `operation ${instance}/operations/operation-1 ended with RESOURCE_EXHAUSTED: ${reason}; ${reason}`;
const failure = { step: "instance", code: "RESOURCE_EXHAUSTED", message, evidence } as const;

const view = (fields: Partial<RunView>): RunView =>
  runView({
    environment,
    run,
    requestedBy: account,
    action: "rebuild",
    level: "database",
    usualMinutes: 14,
    ...fields,
  });

const failed = view({
  ...{ state: "failed", outcome: "kept-old", endedAt: at(900), failures: [failure], plan: planView() },
  steps: [step({ state: "done", name: "services" }), step({ name: "instance", state: "failed", reason: message })],
});
const asking = view({
  ...{ state: "awaiting-approval", plan: planView({ dataLoss: true }) },
  approval: approvalView({ reasons: [reason, "rows are lost", "210.21 USD a day is more than 30.00"] }),
});
const status20 = {
  ...{ environment, url: `https://${environment}-123456789012.${place.region}.run.app`, readyAt: at(0) },
  ...{ expiresAt: at(1e6), freeze: { reason, by: person, until: at(9000) }, remaining: { network: reason } },
  runs: [asking, ...Array.from({ length: 19 }, () => failed)],
};

function demandFit(lines: readonly string[], most = 24): void {
  const shown = wrapLines(lines).map((line) => stripVTControlCharacters(line));
  const wide = shown.filter((line) => line.length > 80 && !/https:\/\//.test(line));
  expect(wide).toEqual([]);
  if (shown.length > most) throw new Error(`${shown.length} lines:\n${shown.join("\n")}`);
}

const here = (requests: Parameters<typeof installationOf>[0]): Installation => ({ ...installationOf(requests), place });

/** What a command says, as lines. */
async function said(command: (terminal: ReturnType<typeof keepTerminal>) => Promise<unknown>): Promise<string[]> {
  const terminal = keepTerminal();
  await command(terminal);
  return [...terminal.said, ...terminal.complained];
}

describe("what a person is answered fits a phone", () => {
  it.each([
    ["failed", failed],
    ["cancelled", view({ state: "cancelled", steps: failed.steps })],
    ["rejected", view({ state: "rejected", approval: approvalView({ state: "rejected", by: person, reason }) })],
    ["succeeded", view({ state: "succeeded", url: status20.url, excerpt: "x ".repeat(100), endedAt: at(9) })],
    [
      "remaining",
      view({ action: "down", state: "remaining", remaining: [{ step: "network", reason }], left: [reason] }),
    ],
  ] as const)("when a run has %s", (_state, ended) => {
    demandFit(renderOutcome(ended, { place }));
  });

  it("while a run waits, works or is asked about", () => {
    demandFit(renderStanding(view({ state: "queued", queue: { ahead: 12, holder } }), place));
    demandFit(renderStanding(asking, place));
    demandFit(renderStanding(view({ plan: planView() }), place));
  });

  it("of an environment", async () => {
    const { remaining, url, readyAt, expiresAt, freeze, ...rest } = status20;
    demandFit(renderStatus({ ...rest, url, readyAt, expiresAt, freeze }, { place }), 30);
    demandFit(renderStatus({ ...rest, remaining }, { place }));
    demandFit(renderRuns([failed, asking]));
    for (const newest of [asking, failed]) {
      const installation = here({ getEnvironment: async () => ({ environment, runs: [newest, failed, failed] }) });
      demandFit(await said((terminal) => status(installation, environment, terminal)), 30);
    }
  });

  it("of runs, and says how to see more", async () => {
    const installation = here({ getEnvironment: async () => status20 });
    const lines = await said((terminal) => runs(installation, { environment }, terminal));
    demandFit(lines);
    expect(lines.join("\n")).toContain("12 more");
    expect((await said((terminal) => runs(installation, { environment, all: true }, terminal))).length).toBe(41);
  });

  it("of an audit, and says how to see more", async () => {
    const installation = installationOf({});
    const records = Array.from({ length: 9 }, (_, index) => `${run}.${index}`);
    await put(installation.storage, `chains/${environment}.json`, { records: records.map((record) => ({ record })) });
    for (const record of records) {
      await put(installation.storage, `runs/${environment}/${record}.json`, {
        run: { id: run, environment, action: "rebuild", level: "database" },
        ...{ requestedBy: account, changesHash: "2".repeat(64), ticket: "CHG0030123" },
        result: { action: "plan", state: "succeeded", startedAt: 0, endedAt: 9000 },
        approval: { state: "approved", by: person },
      });
    }
    const lines = await said((terminal) => audit(installation, { environment }, terminal));
    demandFit(lines);
    expect(lines[0]).toBe("4 earlier: the same with --all");
    expect(await said((terminal) => audit(installation, { environment, all: true }, terminal))).toHaveLength(28);
  });

  it("of a plan, an approval and a refusal", async () => {
    const plan = planView({ dataLoss: true, downtime: true });
    const document = toPlanDocument(
      { run, plan, reasonsToAsk: [reason] },
      () => `alloyrun up ${"a/".repeat(30)}e.yaml`,
    );
    if (!document) throw new Error("no document");
    demandFit(renderPlan(document, { verbose: false }));
    const approval = approvalView({ state: "approved", by: person });
    const requests = { getApproval: async () => approval, getRun: async () => asking, decide: async () => approval };
    demandFit(await said((terminal) => decide(here(requests), { target: run, verb: "approve" }, terminal)));
    let text = "";
    const problem = { type: "about:blank", title: "BUSY", status: 409, detail: `${environment}: ${reason}`, holder };
    explain(new ProblemError(problem, place), { write: (part) => (text += part) });
    demandFit(text.trimEnd().split("\n"));
  });

  it("of an installation that would be changed, and says how to see more", () => {
    const changes = installationAccounts(place.project).map(({ email, displayName }) => ({
      ...({
        kind: "account",
        action: "create",
        resource: `projects/${place.project}/serviceAccounts/${email}`,
      } as const),
      differences: [`+ ${displayName}`],
    }));
    demandFit(renderInstallationPlan(changes, { verbose: false }));
    demandFit(renderInstallationPlan(changes.slice(0, 4), { verbose: false }));
    expect(renderInstallationPlan(changes, { verbose: true }).length).toBeGreaterThan(40);
  });

  it("when a run is watched that has ended", async () => {
    demandFit(await said((terminal) => watch(here({ getRun: async () => failed }), run, terminal)));
  });
});
