import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { parseMultipart, splitHead } from "../../../local/multipart.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

let local: LocalCloud;
beforeAll(async () => {
  local = await startTestCloud({ apis: [createCompute] });
});
afterAll(() => local.stop());

const base = `/compute/v1/projects/${testProject}/global/networks`;
const part = (id: number, lines: readonly string[]) =>
  ["--sep", "Content-Type: application/http", `Content-ID: <unique+${id}>`, "", ...lines].join("\r\n");

function batch(...parts: readonly string[]) {
  const headers = { "content-type": "multipart/mixed; boundary='sep'" };
  return rest(local, "POST compute.googleapis.com/batch/compute/v1", {
    headers,
    body: `${parts.join("\r\n")}\r\n--sep--`,
  });
}

describe("a batch of requests", () => {
  it("is answered part by part, each under its own name", async () => {
    const network = JSON.stringify({ name: "my-vpc", autoCreateSubnetworks: false });
    const create = [`POST ${base}?alt=json HTTP/1.1`, "Content-Type: application/json", "", network];
    const answer = await batch(
      part(1, create),
      part(2, [`GET ${base}/absent HTTP/1.1`, "Host: compute.googleapis.com", "", ""]),
    );
    const parts = parseMultipart(answer.headers.get("content-type") ?? "", Buffer.from(answer.text));
    const read = parts.map(({ headers, body }) => ({
      id: headers["content-id"],
      text: body.toString(),
      json: splitHead(body).body.toString(),
    }));
    expect(read).toMatchObject([{ id: "<response-unique+1>" }, { id: "<response-unique+2>" }]);
    expect(read[0]?.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(JSON.parse(read[0]?.json ?? "")).toMatchObject({ kind: "compute#operation", operationType: "insert" });
    expect(read[1]?.text).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(JSON.parse(read[1]?.json ?? "")).toMatchObject({ error: { code: 404 } });
  });

  it("does not lend itself to other hosts, or to batches in batches", async () => {
    const foreign = part(1, ["GET https://run.googleapis.com/v2/projects/p/locations/r/services HTTP/1.1", "", ""]);
    const nested = part(2, ["POST /batch/compute/v1 HTTP/1.1", "", ""]);
    const { text } = await batch(foreign, nested);
    expect(text.match(/HTTP\/1\.1 400 Bad Request/g)).toHaveLength(2);
  });

  it("is refused when it has no parts or no boundary", async () => {
    const empty = await batch();
    expect(errorOf(empty)).toMatchObject({ code: 400 });
    const unbound = await rest(local, "POST compute.googleapis.com/batch/compute/v1", { body: "x" });
    expect(unbound.status).toBe(400);
  });

  it("gives its credentials to parts without their own, and only to them", async () => {
    const own = part(1, [`GET ${base} HTTP/1.1`, "Authorization: Bearer user:nobody@example.com", "", ""]);
    const { text } = await batch(own, part(2, [`GET ${base} HTTP/1.1`, "", ""]));
    expect(text).toMatch(/HTTP\/1\.1 403 [\s\S]*HTTP\/1\.1 200 OK/);
  });
});

describe("the parameters that every method takes", () => {
  const get = (query: string) => rest(local, `GET compute.googleapis.com/compute/v1/projects/${testProject}?${query}`);

  it.each(["fields=name", "$fields=name", "fields=name&quotaUser=me&prettyPrint=false"])(
    "shortens by %s",
    async (query) => {
      expect((await get(query)).body).toEqual({ name: testProject });
    },
  );

  it("indents when asked to", async () => {
    expect((await get("fields=name&prettyPrint=true")).text).toBe(`{\n  "name": "${testProject}"\n}\n`);
  });

  it("refuses forms that there are not", async () => {
    expect((await get("alt=proto")).status).toBe(501);
    expect((await get("alt=xml")).status).toBe(400);
    expect((await get("fields=nothing")).status).toBe(400);
  });
});
