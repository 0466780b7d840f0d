import { readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import type { MetadataServer } from "../../../local/server/metadata.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";

const email = `robot@${testProject}.iam.gserviceaccount.com`;
let local: LocalCloud;
let server: Pick<MetadataServer, "host" | "close">;

beforeAll(async () => {
  local = await startTestCloud({ apis: [] });
  local.cloud.store.collection("iam.serviceAccounts").put(email, { uniqueId: "42" });
  const workload = { name: "service/1", address: "127.0.0.1" };
  server = await local.cloud.listenMetadata({
    workload,
    project: testProject,
    region: "us-east1",
    serviceAccount: email,
  });
}, 60_000);
afterAll(() => local.stop());

const get = (path: string, headers: Record<string, string> = { "metadata-flavor": "Google" }, host = server.host) =>
  fetch(`http://${host}/computeMetadata/v1/${path}`, { headers });

describe("a metadata server", () => {
  it("insists on the flavor header and shows it", async () => {
    const answer = await get("project/project-id", {});
    expect(answer.status).toBe(403);
    expect((await get("project/project-id")).headers.get("metadata-flavor")).toBe("Google");
    expect((await fetch(`http://${server.host}/`)).headers.get("metadata-flavor")).toBe("Google");
  });

  it.each([
    ["project/project-id", () => testProject],
    ["project/numeric-project-id", () => local.cloud.projects.find(testProject)?.projectNumber],
    ["instance/region", () => `projects/${local.cloud.projects.find(testProject)?.projectNumber}/regions/us-east1`],
    ["instance/service-accounts/", () => `default/\n${email}/\n`],
    ["instance/service-accounts/default/email", () => email],
    [`instance/service-accounts/${email}/email`, () => email],
    ["universe/universe-domain", () => "googleapis.com"],
  ])("answers %s", async (path, expected) => {
    expect(await (await get(path)).text()).toBe(expected());
  });

  it("lists scopes, and all of an account at once", async () => {
    expect(await (await get("instance/service-accounts/default/scopes")).text()).toContain("cloud-platform");
    const all = await (await get("instance/service-accounts/default/?recursive=true")).json();
    expect(all).toMatchObject({ aliases: ["default"], email });
  });

  it("gives access tokens that stand for the account and the workload", async () => {
    const body = (await (await get("instance/service-accounts/default/token")).json()) as Record<string, string>;
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: expect.any(Number) });
    expect(local.cloud.tokens.identify(`Bearer ${body.access_token}`)).toEqual({
      principal: { kind: "serviceAccount", email, uniqueId: "42" },
      workload: "service/1",
    });
  });

  it("gives ID tokens for an audience only", async () => {
    const path = "instance/service-accounts/default/identity";
    const token = await (await get(`${path}?audience=https://a.run.app&format=full`)).text();
    expect(local.cloud.tokens.verifyIdToken(token)).toEqual({
      audience: "https://a.run.app",
      principal: { kind: "serviceAccount", email, uniqueId: "42" },
    });
    expect((await get(path)).status).toBe(404);
  });

  it.each(["instance/service-accounts/other@example.com/token", "nothing/here"])("does not know %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it("speaks for the owner at the port itself, and for a person where the environment says so", async () => {
    const mine = await local.environment();
    const hers = await local.environment({ as: "jane@example.com" });
    const emailAt = async (host = "") => (await get("instance/service-accounts/default/email", undefined, host)).text();
    expect(await emailAt(mine.GCE_METADATA_HOST)).toBe("owner@example.com");
    expect(await emailAt(hers.GCE_METADATA_HOST)).toBe("jane@example.com");
    const tokenIn = (file = "") => readFileSync(file, "utf8");
    expect(tokenIn(mine.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE)).toBe("owner");
    expect(tokenIn(hers.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE)).toBe("user:jane@example.com");
  });

  it("speaks for an account where the environment says so, with a token that lasts", async () => {
    const its = await local.environment({ as: email });
    const token = readFileSync(its.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE ?? "", "utf8");
    expect(local.cloud.tokens.inspect(token)).toMatchObject({ principal: { kind: "serviceAccount", email } });
    expect(local.cloud.tokens.inspect(token).expires - Date.now()).toBeGreaterThan(365 * 24 * 3600 * 1000);
    const { mode } = statSync(its.GOOGLE_APPLICATION_CREDENTIALS ?? "");
    expect(mode & 0o777).toBe(0o600);
  });

  it("is gone when closed", async () => {
    await server.close();
    await expect(get("project/project-id")).rejects.toThrow();
  });
});
