import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../../local/main.ts";
import { createSecretManager } from "../../../../local/secretmanager/secret-manager.ts";
import { testProject } from "../../../support/local-cloud.ts";
import { deploy, execute, outcomeOf, startWorkflowCloud } from "../workflow-cloud.ts";

let local: LocalCloud;
beforeAll(async () => {
  local = await startWorkflowCloud([createSecretManager]);
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

const definition = (url: string) => `
main:
  steps:
    - ask:
        try:
          call: http.get
          args: { url: "${url}", timeout: 45, auth: { type: OIDC } }
        except:
          as: e
          steps:
            - tell: { return: "\${e.tags}" }
    - end: { return: answered }`;

describe("a request that nobody answers", () => {
  it.each([
    ["site", "a site", "https://echo.run.app/", { on: "site", match: "echo.run.app" } as const],
    [
      "api",
      "an API",
      `https://secretmanager.googleapis.com/v1/projects/${testProject}/secrets`,
      { on: "call", match: "google.cloud.secretmanager.v1.SecretManagerService.ListSecrets" } as const,
    ],
  ])("ends as TimeoutError when the step's time is over on the clock: %s", async (id, _, url, fault) => {
    await deploy(local, `waits-${id}`, definition(url).replace("OIDC", id === "api" ? "OAuth2" : "OIDC"));
    local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, {
      bindings: [
        {
          role: "roles/secretmanager.admin",
          members: [`serviceAccount:runner@${testProject}.iam.gserviceaccount.com`],
        },
      ],
    });
    await local.cloud.clock.advance(600_000);
    local.faults.add({ ...fault, effect: { kind: "timeout" } });
    const before = local.cloud.clock.now();
    const { result, state } = await outcomeOf(local, await execute(local, `waits-${id}`));
    expect({ state, result: JSON.parse(String(result)) }).toEqual({ state: "SUCCEEDED", result: ["TimeoutError"] });
    const passed = local.cloud.clock.now() - before;
    expect(passed).toBeGreaterThanOrEqual(45_000);
    expect(passed).toBeLessThan(600_000);
  });
});
