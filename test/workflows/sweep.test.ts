import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../local/http.ts";
import { runDefinition } from "../../local/workflows/run-definition.ts";

const source = readFileSync(new URL("../../workflows/sweep.yaml", import.meta.url), "utf8");

interface Expiring {
  readonly due?: readonly { readonly environment: string; readonly expiry: number }[];
  /** HTTP status of looking for expiries. */
  readonly status?: number;
}

/** Runs the sweep over teardowns whose removal is answered by environment: how it ends, or an HTTP status. */
async function sweep(removals: Readonly<Record<string, object | number>>, { due = [], status = 200 }: Expiring = {}) {
  const requests: object[] = [];
  const fetch = ({ method, url, body }: HttpRequest): HttpResponse => {
    const items = Object.keys(removals).map((name, index) => ({
      name: `teardowns/${name}.json`,
      generation: `${index + 1}`,
    }));
    if (url.hostname === "storage.googleapis.com") return jsonResponse(200, items.length > 0 ? { items } : {});
    if (url.pathname === "/v1/expiries") return jsonResponse(status, status === 200 ? { due } : { detail: "no clock" });
    if (method === "POST") {
      const request: { environment: string } = JSON.parse(body.toString());
      requests.push(request);
      const answer = removals[request.environment];
      if (typeof answer === "number") return jsonResponse(answer, { title: "REFUSED", detail: "refused for a reason" });
      if (answer && "status" in answer) return jsonResponse(Number(answer.status), answer);
      return jsonResponse(202, { run: `run-${request.environment}` });
    }
    const environment = url.pathname.replace("/v1/runs/run-", "");
    return jsonResponse(200, removals[environment]);
  };
  const { outcome } = await runDefinition({
    source,
    argument: JSON.stringify({ bucket: "my-project-alloyrun" }),
    fetch,
    authorize: () => "Bearer test",
    env: {
      GOOGLE_CLOUD_PROJECT_NUMBER: "123",
      GOOGLE_CLOUD_LOCATION: "asia-northeast1",
      GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: "e1",
    },
  });
  if (outcome.state !== "SUCCEEDED") throw new Error(JSON.stringify(outcome));
  return { requests, result: JSON.parse(outcome.result) };
}

describe("sweep", () => {
  it("is done at once when no teardown waits", async () => {
    expect(await sweep({})).toEqual({
      requests: [],
      result: { finished: [], expired: {}, remaining: {}, skipped: {} },
    });
  });

  it("asks for each teardown by the generation that it found, and tells what remains", async () => {
    const remaining = [{ step: "network", reason: "held" }];
    const { requests, result } = await sweep({
      gone: { state: "succeeded", remaining: [], failures: [] },
      held: { state: "remaining", remaining, failures: [] },
    });
    expect(requests).toEqual([
      { action: "down", environment: "gone", teardown: "1" },
      { action: "down", environment: "held", teardown: "2" },
    ]);
    expect(result).toMatchObject({ finished: ["gone"], remaining: { held: { state: "remaining", remaining } } });
  });

  it("asks for the removal of what has expired, once, and does not wait for it", async () => {
    const remaining = [{ step: "network", reason: "held" }];
    const { requests, result } = await sweep(
      { old: { state: "running" }, held: { state: "remaining", remaining, failures: [] } },
      { due: [{ environment: "old", expiry: 1_767_225_600 }] },
    );
    expect(requests).toEqual([
      { action: "down", environment: "old", expiry: 1_767_225_600, reason: "expired" },
      { action: "down", environment: "held", teardown: "2" },
    ]);
    expect(result).toMatchObject({ expired: { old: "run-old" }, remaining: { held: { state: "remaining" } } });
  });

  it("tells why an expiry was refused, and goes on", async () => {
    const due = ["first", "second"].map((environment) => ({ environment, expiry: 1 }));
    const { result } = await sweep({ first: 400, second: { state: "running" } }, { due });
    expect(result.expired).toEqual({ second: "run-second" });
    expect(result.remaining.first).toMatchObject({ state: "failed", failures: [{ message: "refused for a reason" }] });
    expect(result.remaining.first.failures).toMatchObject([{ reason: "REFUSED" }]);
  });

  it("finishes teardowns although expiries cannot be looked for, and says so", async () => {
    const { result } = await sweep({ gone: { state: "succeeded", remaining: [], failures: [] } }, { status: 400 });
    expect(result).toMatchObject({
      finished: ["gone"],
      remaining: { expiries: { failures: [{ message: "looking for expiries: no clock" }] } },
    });
  });

  it("leaves what somebody else is changing to the next sweep", async () => {
    const due = [{ environment: "used", expiry: 1 }];
    const { requests, result } = await sweep({ used: 409, wanted: 409 }, { due });
    expect(requests).toHaveLength(3);
    const why = "refused for a reason";
    expect(result).toEqual({ finished: [], expired: {}, remaining: {}, skipped: { used: why, wanted: why } });
  });

  it("counts a removal that made way as neither finished nor remaining, and keeps why what is frozen stands", async () => {
    const frozen = { status: 409, title: "FROZEN", detail: "until noon" };
    const away = { state: "succeeded", remaining: [], failures: [], skipped: ["run-x is changing it"] };
    const { result } = await sweep({ away, cold: frozen }, { due: [{ environment: "cold", expiry: 1 }] });
    expect(result).toMatchObject({ finished: [], expired: {}, skipped: { away: "run-x is changing it" } });
    expect(result.remaining).toMatchObject({ cold: { failures: [{ reason: "FROZEN", message: "until noon" }] } });
    expect(Object.keys(result.remaining)).toEqual(["cold"]);
  });

  it("goes on to the next when one is refused or fails, and keeps why", async () => {
    const failures = [{ step: "cluster", code: "INTERNAL", message: "broken" }];
    const { result } = await sweep({
      refused: 400,
      failed: { state: "failed", remaining: [], failures },
      gone: { state: "succeeded", remaining: [], failures: [] },
    });
    expect(result).toMatchObject({
      finished: ["gone"],
      remaining: {
        refused: { state: "failed", failures: [{ reason: "REFUSED", message: "refused for a reason" }] },
        failed: { state: "failed", failures },
      },
    });
  });
});
