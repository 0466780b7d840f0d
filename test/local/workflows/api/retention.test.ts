import { describe, expect, it } from "@jest/globals";
import { rest } from "../../../support/local-cloud.ts";
import { deploy, execute, executions, outcomeOf, startWorkflowCloud } from "../workflow-cloud.ts";

describe("an execution that has ended", () => {
  it("is kept with its history for 90 days", async () => {
    const local = await startWorkflowCloud();
    await deploy(local, "kept", "- a: { return: 1 }");
    const ended = await outcomeOf(local, await execute(local, "kept"));
    const at = `workflowexecutions.googleapis.com/v1/${String(ended.name)}`;
    const endMs = Date.parse(String(ended.endTime));
    await local.cloud.clock.advance(endMs + 90 * 24 * 3600_000 - 60_000 - local.cloud.clock.now());
    expect((await rest(local, `GET ${at}/stepEntries`)).body.totalSize).toBe(1);
    await local.cloud.clock.advance(120_000);
    expect((await rest(local, `GET ${at}`)).status).toBe(404);
    expect((await executions(local, "GET workflows/kept/executions")).body).toEqual({});
    expect(local.cloud.store.collection("workflows.stepEntries").list()).toEqual([]);
    expect(local.cloud.store.collection("workflows.executionOrder").list()).toEqual([]);
    await local.stop();
  });
});
