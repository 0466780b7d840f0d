import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { look, pollOperation } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const host = "workflows.googleapis.com/v1";
const account = ({ project }: Wire) => `runner@${project}.iam.gserviceaccount.com`;
const workflows = ({ project }: Wire) => `${host}/projects/${project}/locations/asia-northeast1/workflows`;
const executions = ({ project }: Wire) =>
  `workflowexecutions.googleapis.com/v1/projects/${project}/locations/asia-northeast1/workflows/my-flow/executions`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the language
const sourceContents = "main:\n  params: [args]\n  steps:\n    - done:\n        return: ${args.name}\n";

/** Is still there when it is cancelled. */
const sleeping = "main:\n  steps:\n    - sleep:\n        call: sys.sleep\n        args:\n          seconds: 1000\n";

/** The last segment of an execution's name. */
const idOf = ({ name }: { readonly name?: unknown }) => String(name).split("/").at(-1);

async function listed(wire: Wire): Promise<readonly JsonObject[]> {
  const { body } = await wire.send(`GET ${executions(wire)}`);
  return Array.isArray(body.executions) ? (body.executions as readonly JsonObject[]) : [];
}

/** What gcloud sends to Workflows. */
export const workflowReplays: ReplayGroup = {
  project: "replay-workflows",
  replays: [
    {
      row: "workflows: workflows deploy",
      async play(wire) {
        const accounts = `iam.googleapis.com/v1/projects/${wire.project}/serviceAccounts`;
        await wire.send(`POST ${accounts}`, { body: { accountId: "runner", serviceAccount: {} } });
        await wire.local.cloud.clock.advance(120_000);
        const workflow = `${workflows(wire)}/my-flow`;
        expect(await wire.send(`GET ${workflow}`)).toMatchObject({ status: 404 });
        const body = { sourceContents, serviceAccount: `projects/-/serviceAccounts/${account(wire)}` };
        const created = await wire.send(`POST ${workflows(wire)}?workflowId=my-flow`, { body });
        expect(await pollOperation(wire, host, created)).not.toHaveProperty("error");
        expect((await wire.send(`GET ${workflow}`)).body).toMatchObject({ state: "ACTIVE", sourceContents });
      },
    },
    {
      row: "workflows: workflows deploy again",
      async play(wire) {
        const workflow = `${workflows(wire)}/my-flow`;
        const { revisionId } = (await wire.send(`GET ${workflow}`)).body;
        const changed = { sourceContents: `${sourceContents}# again\n` };
        const patched = await wire.send(`PATCH ${workflow}?updateMask=sourceContents`, { body: changed });
        expect(await pollOperation(wire, host, patched)).not.toHaveProperty("error");
        const { body: present } = await wire.send(`GET ${workflow}`);
        expect(present).toMatchObject({ state: "ACTIVE", sourceContents: changed.sourceContents });
        expect(present.revisionId).not.toBe(revisionId);
      },
    },
    {
      row: "workflowexecutions: executions execute",
      async play(wire) {
        const levels = { callLogLevel: "CALL_LOG_LEVEL_UNSPECIFIED", disableConcurrencyQuotaOverflowBuffering: false };
        const executionHistoryLevel = "EXECUTION_HISTORY_LEVEL_UNSPECIFIED";
        const body = { argument: '{"name":"x"}', ...levels, executionHistoryLevel };
        const started = await wire.send(`POST ${executions(wire)}`, { body });
        expect(started).toMatchObject({ status: 200, body: { state: "ACTIVE" } });
      },
    },
    {
      row: "workflowexecutions: executions run",
      async play(wire) {
        const started = await wire.send(`POST ${executions(wire)}`, { body: { argument: '{"name":"y"}' } });
        const ended = await look(
          () => wire.send(`GET ${executions(wire)}/${idOf(started.body)}`),
          ({ state }) => state !== "ACTIVE" && state !== "QUEUED",
        );
        expect(ended).toMatchObject({ state: "SUCCEEDED", result: '"y"' });
      },
    },
    {
      row: "workflows: workflows describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${workflows(wire)}/my-flow`);
        const serviceAccount = `projects/${wire.project}/serviceAccounts/${account(wire)}`;
        expect(body).toMatchObject({ state: "ACTIVE", serviceAccount, revisionId: expect.any(String) });
      },
    },
    {
      row: "workflows: workflows list",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${workflows(wire)}`);
        const name = `projects/${wire.project}/locations/asia-northeast1/workflows/my-flow`;
        expect(body.workflows).toMatchObject([{ name, state: "ACTIVE" }]);
      },
    },
    {
      row: "workflowexecutions: executions list",
      play: async (wire) => expect(await listed(wire)).toHaveLength(2),
    },
    {
      row: "workflowexecutions: executions describe",
      async play(wire) {
        const [one = {}] = await listed(wire);
        const { body } = await wire.send(`GET ${executions(wire)}/${idOf(one)}`);
        expect(body).toMatchObject({ state: "SUCCEEDED", argument: expect.any(String), result: expect.any(String) });
      },
    },
    {
      row: "workflowexecutions: executions wait",
      async play(wire) {
        const { body: started } = await wire.send(`POST ${executions(wire)}`, { body: { argument: "[]" } });
        const ended = await look(
          () => wire.send(`GET ${executions(wire)}/${idOf(started)}`),
          ({ state }) => state !== "ACTIVE" && state !== "QUEUED",
        );
        expect(ended).toMatchObject({ state: "FAILED", error: { context: expect.any(String) } });
      },
    },
    {
      row: "workflowexecutions: executions cancel",
      source: "recorded",
      async play(wire) {
        const changed = { sourceContents: sleeping };
        const patched = await wire.send(`PATCH ${workflows(wire)}/my-flow?updateMask=sourceContents`, {
          body: changed,
        });
        expect(await pollOperation(wire, host, patched)).not.toHaveProperty("error");
        const { clock } = wire.local.cloud;
        clock.pause();
        const { body: started } = await wire.send(`POST ${executions(wire)}`, { body: {} });
        const one = `${executions(wire)}/${idOf(started)}`;
        expect(await wire.send(`POST ${one}:cancel`, { body: {} })).toMatchObject({ body: { state: "CANCELLED" } });
        clock.resume();
        expect((await wire.send(`GET ${one}`)).body).toMatchObject({ state: "CANCELLED" });
      },
    },
    {
      row: "workflows: workflows delete",
      async play(wire) {
        const started = await wire.send(`DELETE ${workflows(wire)}/my-flow`);
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
        expect(await wire.send(`GET ${workflows(wire)}/my-flow`)).toMatchObject({ status: 404 });
      },
    },
  ],
};
