import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "@jest/globals";
import { createRequestClient, ProblemError, type RequestClient } from "../../cli/request-client.ts";
import type { RequestBody } from "../../functions/api.ts";
import { ApiError } from "../../google/error.ts";

/** An answer of the request function; `cut` breaks the connection instead. */
type Answer = { readonly status: number; readonly body: string; readonly type?: string } | "cut";

interface Received {
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Door extends AsyncDisposable {
  readonly client: RequestClient;
  readonly received: readonly Received[];
  readonly pauses: readonly number[];
}

const place = { project: "my-project", region: "us-central1" };

/** Stands for the request function: gives the answers in order, the last one again and again. */
function serve(...answers: readonly Answer[]): Promise<Door> {
  return serveIn(undefined, answers);
}

/** The same, where it is said in which region the project has its installation. */
async function serveIn(installedIn: (() => Promise<string>) | undefined, answers: readonly Answer[]): Promise<Door> {
  const received: Received[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, response) => {
    received.push({ call: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) });
    const answer = answers[Math.min(received.length, answers.length) - 1] ?? "cut";
    if (answer === "cut") return void request.socket.destroy();
    response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" }).end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pause = async (ms: number) => pauses.push(ms);
  return {
    client: createRequestClient({ url, token: async () => "the-token", place, pause, installedIn }),
    received,
    pauses,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const accepted: Answer = { status: 202, body: JSON.stringify({ run: "run-1" }) };
const page = (status: number): Answer => ({ status, body: "<html>no</html>", type: "text/html" });
const problem = (status: number, fields: object = {}): Answer => ({
  status,
  body: JSON.stringify({ type: "about:blank", title: "Refused", status, detail: "it is so", ...fields }),
  type: "application/problem+json",
});
const body: RequestBody = { action: "up", spec: "kind: Environment\n", folders: { seed: "seeds/1.tgz" } };

async function refusal(outcome: Promise<unknown>): Promise<unknown> {
  return outcome.then(
    () => "accepted",
    (caught: unknown) => caught,
  );
}

describe("createRequestClient", () => {
  it("posts a request as JSON with the identity and a key of its own", async () => {
    await using door = await serve(accepted);
    expect(await door.client.request(body)).toEqual({ run: "run-1" });
    await door.client.request(body);
    const [first, second] = door.received;
    expect(first).toMatchObject({
      call: "POST /v1/requests",
      headers: { authorization: "Bearer the-token", "content-type": "application/json" },
    });
    expect(JSON.parse(first?.body ?? "")).toEqual(body);
    expect(first?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
  });

  it("reads runs and environments under their escaped names", async () => {
    await using door = await serve({ status: 200, body: JSON.stringify({ runs: [{ run: "run-2" }] }) });
    await door.client.getRun("run 1/2");
    expect(await door.client.getEnvironment("a/b")).toEqual({ runs: [{ run: "run-2" }] });
    await door.client.getApproval("run-1-abc");
    expect(door.received.map(({ call }) => call)).toEqual([
      "GET /v1/runs/run%201%2F2",
      "GET /v1/environments/a%2Fb",
      "GET /v1/approvals/run-1-abc",
    ]);
    expect(door.received.every(({ headers }) => headers["idempotency-key"] === undefined)).toBe(true);
  });

  const decision = { reason: "no", changesHash: "2".repeat(64) };
  const freeze = { reason: "demo", duration: "8h" };
  it.each<[string, object, (client: RequestClient) => Promise<unknown>]>([
    ["/v1/runs/run-1:cancel", {}, (client) => client.cancelRun("run-1")],
    ["/v1/runs/run-1:resume", {}, (client) => client.resumeRun("run-1")],
    ["/v1/environments/users:freeze", freeze, (client) => client.freeze("users", freeze)],
    ["/v1/environments/users:unfreeze", {}, (client) => client.unfreeze("users")],
    ["/v1/environments/users:extend", { by: "24h" }, (client) => client.extend("users", "24h")],
    ["/v1/approvals/a:approve", decision, (client) => client.decide("a", "approve", decision)],
    ["/v1/approvals/a:reject", decision, (client) => client.decide("a", "reject", decision)],
  ])("posts to %s", async (path, sent, ask) => {
    await using door = await serve({ status: 200, body: "{}" });
    await ask(door.client);
    expect(door.received.map(({ call, body: got }) => [call, JSON.parse(got)])).toEqual([[`POST ${path}`, sent]]);
  });

  it("sends again under the same key what would count twice under another", async () => {
    await using door = await serve("cut", { status: 200, body: "{}" });
    await door.client.extend("users", "24h");
    const keys = door.received.map(({ headers }) => headers["idempotency-key"]);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  });

  it.each<[string, Answer[]]>([
    ["a broken connection", ["cut", "cut", accepted]],
    ["an overloaded function", [page(503), page(429), accepted]],
    ["a function that waits for Google", [problem(503), problem(504), accepted]],
  ])("sends the very same request again after %s", async (_what, answers) => {
    await using door = await serve(...answers);
    expect(await door.client.request(body)).toEqual({ run: "run-1" });
    expect(door.pauses).toEqual([500, 1000]);
    const keys = new Set(door.received.map(({ headers }) => headers["idempotency-key"]));
    expect(door.received).toHaveLength(3);
    expect(keys.size).toBe(1);
    expect(new Set(door.received.map((each) => each.body)).size).toBe(1);
  });

  it("gives up after five calls with the function's own words", async () => {
    await using door = await serve(problem(503, { detail: "try again" }));
    const caught = await refusal(door.client.request(body));
    expect(caught).toBeInstanceOf(ProblemError);
    expect(caught).toMatchObject({ problem: { status: 503, detail: "try again" } });
    expect(door.received).toHaveLength(5);
  });

  it("gives up on a connection that keeps breaking, saying what was called and why it failed", async () => {
    await using door = await serve("cut");
    const caught = await refusal(door.client.getRun("run-1"));
    expect(caught).toBeInstanceOf(ApiError);
    expect(caught).toMatchObject({ code: "UNAVAILABLE", method: "GET /v1/runs/run-1" });
    expect((caught as ApiError).text).not.toBe("fetch failed");
    expect(door.received).toHaveLength(5);
  });

  it.each([400, 401, 403, 404, 409, 500])("does not repeat what was refused with %d", async (status) => {
    await using door = await serve(problem(status), accepted);
    expect(await refusal(door.client.request(body))).toMatchObject({ problem: { status, detail: "it is so" } });
    expect(door.received).toHaveLength(1);
  });

  it("keeps the places of a refused spec", async () => {
    const issues = [{ path: "spec.region", line: 6, message: "is no region", fix: "write asia-northeast1" }];
    await using door = await serve(problem(400, { issues }));
    expect(await refusal(door.client.request(body))).toMatchObject({ problem: { issues } });
  });

  it.each([
    [401, /log in again/],
    [403, /roles\/run\.invoker/],
    [404, /`alloyrun deploy --project my-project --region us-central1`/],
    [418, /HTTP 418/],
  ])("says what a page of Cloud Run's own with status %d means", async (status, detail) => {
    await using door = await serve(page(status));
    const caught = await refusal(door.client.request(body));
    expect(caught).toMatchObject({ problem: { status, title: "Refused before alloyrun was reached" } });
    expect((caught as ProblemError).problem.detail).toMatch(detail);
  });

  it("says where the project's one installation is, when it is not here", async () => {
    await using door = await serveIn(async () => "asia-northeast1", [page(404)]);
    const caught = await refusal(door.client.getRun("run-1"));
    expect((caught as ProblemError).problem.detail).toBe(
      "alloyrun is installed in asia-northeast1, not in us-central1, and a project has one installation: name it with --region asia-northeast1, and give specs of this project that region",
    );
    await using hidden = await serveIn(() => Promise.reject(new Error("forbidden")), [page(404)]);
    const unseen = await refusal(hidden.client.getRun("run-1"));
    expect((unseen as ProblemError).problem.detail).toMatch(
      /alloyrun deploy .* first; where the project has an installation in another region, name that with --region/,
    );
  });

  it.each(["null", '"text"', "[]", '{"error":{"code":403}}'])("takes %s for no problem document", async (json) => {
    await using door = await serve({ status: 403, body: json });
    expect(await refusal(door.client.request(body))).toMatchObject({
      problem: { detail: expect.stringMatching(/run\.invoker/) },
    });
  });
});
