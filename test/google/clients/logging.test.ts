import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { GoogleAuth, PassThroughClient } from "google-auth-library";
import { unguarded } from "../../../google/auth.ts";
import { connectLogging, toLine } from "../../../google/clients/logging.ts";

/** Sends what is meant for Google to a server of this machine. */
class Redirected extends PassThroughClient {
  readonly #origin: string;

  constructor(origin: string) {
    super();
    this.#origin = origin;
  }

  override request<Answer>(options: Parameters<PassThroughClient["request"]>[0]) {
    const { pathname } = new URL(String(options.url));
    return super.request<Answer>({ ...options, url: new URL(pathname, this.#origin) });
  }
}

describe("list", () => {
  it("asks for page after page of the newest entries, each as large as may be, until it has what was wanted", async () => {
    const asked: { readonly pageSize: number; readonly pageToken?: string }[] = [];
    const server = createServer(async (request, response) => {
      const query = JSON.parse(Buffer.concat(await request.toArray()).toString());
      asked.push(query);
      const from = Number(query.pageToken ?? 0);
      const entries = Array.from({ length: query.pageSize }, (_, index) => ({ textPayload: `${from + index}` }));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ entries, nextPageToken: `${from + query.pageSize}` }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const authClient = new Redirected(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const logging = connectLogging(new GoogleAuth({ authClient }))(unguarded);
    const entries = await logging.list({ project: "p", filter: "f", limit: 2500 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(asked.map(({ pageSize, pageToken }) => [pageSize, pageToken])).toEqual([
      [1000, undefined],
      [1000, "1000"],
      [1000, "2000"],
    ]);
    expect([entries.length, entries[0], entries.at(-1)]).toEqual([2500, { textPayload: "2499" }, { textPayload: "0" }]);
  });
});

describe("toLine", () => {
  it.each([
    ["a line of text", { textPayload: "hello\n" }, "hello"],
    ["the message of a structured line", { jsonPayload: { message: "hello", file: "1.sql" } }, "hello"],
    ["a structured line without a message as JSON", { jsonPayload: { a: 1 } }, '{"a":1}'],
    ["nothing of an entry without either", {}, ""],
  ])("gives %s", (_, entry, line) => {
    expect(toLine(entry)).toBe(line);
  });
});
