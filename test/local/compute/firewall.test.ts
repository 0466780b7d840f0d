import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import { base, insertNetwork, networkPath, startNetworks } from "./fixture.ts";

const tcp = (...ports: string[]) => ({ allowed: [{ IPProtocol: "tcp", ports }] });
const rule = { name: "rule", ...tcp("22"), sourceRanges: ["10.0.0.0/8"] };
let local: LocalCloud;

beforeAll(async () => {
  local = await startNetworks();
  await insertNetwork(local);
  await operate(local, `POST ${base}/global/firewalls`, { body: { ...rule, network: networkPath } });
});
afterAll(() => local.stop());

describe("firewalls with senseless values", () => {
  it.each([
    ["priority", { priority: 70_000 }],
    ["priority", { priority: -1 }],
    ["allowed[0].ports[1]", tcp("22", "99999")],
    ["allowed[0].ports[0]", tcp("90-80")],
    ["allowed[0].ports[0]", tcp("http")],
    ["allowed[0].ports[0]", { allowed: [{ IPProtocol: "icmp", ports: ["1"] }] }],
    ["allowed[0].IPProtocol", { allowed: [{ IPProtocol: "bogus" }] }],
    ["denied[1].IPProtocol", { allowed: [], denied: [{ IPProtocol: "all" }, { IPProtocol: "256" }] }],
    ["sourceRanges[1]", { sourceRanges: ["10.0.0.0/8", "1.2.3.4.5"] }],
    ["sourceRanges[0]", { sourceRanges: ["10.0.0.0/33"] }],
    ["sourceRanges[1]", { sourceRanges: ["10.0.0.0/8", "2001:db8::/32"] }],
    ["destinationRanges[0]", { destinationRanges: ["everywhere"] }],
    ["targetTags[0]", { targetTags: ["Web"] }],
    ["targetServiceAccounts[0]", { targetTags: ["web"], targetServiceAccounts: ["a@b"] }],
    ["sourceTags[0]", { direction: "EGRESS", sourceTags: ["web"] }],
  ])("are refused for %s: %j, and change none", async (field, senseless) => {
    const message = expect.stringContaining(`Invalid value for field 'resource.${field}': '`);
    const body = { ...rule, name: "other", network: networkPath, ...senseless };
    const inserted = await rest(local, `POST ${base}/global/firewalls`, { body });
    expect(errorOf(inserted)).toMatchObject({ code: 400, message, errors: [{ reason: "invalid" }] });
    expect((await rest(local, `GET ${base}/global/firewalls/other`)).status).toBe(404);
    if ("direction" in senseless) return;
    const patched = await rest(local, `PATCH ${base}/global/firewalls/rule`, { body: senseless });
    expect(errorOf(patched)).toMatchObject({ code: 400, errors: [{ reason: "invalid" }] });
    expect((await rest(local, `GET ${base}/global/firewalls/rule`)).body).toMatchObject(rule);
  });

  it("are told from those with unusual ones", async () => {
    const unusual = {
      priority: 65_535,
      denied: [{ IPProtocol: "tcp", ports: ["0-65535", "80"] }, { IPProtocol: "58" }, { IPProtocol: "all" }],
      sourceRanges: ["2001:db8::/32", "::1/128"],
    };
    await operate(local, `POST ${base}/global/firewalls`, { body: { name: "odd", network: networkPath, ...unusual } });
    expect((await rest(local, `GET ${base}/global/firewalls/odd`)).body).toMatchObject(unusual);
  });
});
