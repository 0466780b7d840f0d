import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { toTicketRequest } from "../../functions/hook/ticket.ts";
import { parseRequestBody } from "../../functions/request/parse.ts";
import { isSignedBy, parseSignature } from "../../functions/signature.ts";
import { parseSpec } from "../../spec/load.ts";
import { smallestText } from "../spec/example.ts";
import { runBusinessRule } from "./servicenow.ts";

/** The request that an example's payload makes of an environment whose spec has the example's lines. */
function requestOf(product: string) {
  const lines = readFileSync(`examples/tickets/${product}.yaml`, "utf8").replace(/^/gm, "  ");
  const [ticket] = parseSpec(`${smallestText}${lines}`).tickets;
  if (!ticket) throw new Error(`${product} sets up no webhook`);
  const payload = JSON.parse(readFileSync(`examples/tickets/${product}.json`, "utf8"));
  return toTicketRequest(ticket, "staging", payload);
}

describe("the example of ServiceNow", () => {
  it("asks for an environment for three days, on behalf of whom it is requested for", () => {
    const { body, key } = requestOf("servicenow");
    expect(parseRequestBody(body)).toEqual({
      action: "up",
      environment: "staging",
      reason: "Environment for the acceptance test of release 4.2",
      timeToLive: "72h",
      ticket: "RITM0010042",
      onBehalfOf: "eve@example.com",
      onBusy: "queue",
    });
    expect(key).toBe("ticket staging servicenow RITM0010042");
  });
});

describe("the business rule of ServiceNow", () => {
  const secret = "signs-what-servicenow-sends";
  const properties = { "alloyrun.hook": "https://hook.example/v1/hooks/staging/servicenow", "alloyrun.secret": secret };
  const payload = JSON.parse(readFileSync("examples/tickets/servicenow.json", "utf8"));

  it("sends the example's payload, signed at its time", () => {
    const { url, headers, body } = runBusinessRule({ properties, item: payload, now: 1_767_225_600_500 });
    expect(url).toBe(properties["alloyrun.hook"]);
    expect(JSON.parse(body)).toEqual(payload);
    const signature = parseSignature(headers["X-Alloyrun-Signature"]);
    expect(signature?.time).toBe(1_767_225_600);
    expect(signature && isSignedBy(signature, { secret, body })).toBe(true);
  });

  it("leaves no character whose bytes depend on an encoding", () => {
    const item = { ...payload, short_description: "環境 für 🐘" };
    const { body } = runBusinessRule({ properties, item, now: 0 });
    expect(body).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(body)).toEqual(item);
  });
});

describe("the example of Jira Service Management", () => {
  it("asks for a rebuild at the level that was chosen, on behalf of the reporter", () => {
    const { body, key } = requestOf("jira-service-management");
    expect(parseRequestBody(body)).toEqual({
      action: "rebuild",
      environment: "staging",
      level: "data",
      reason: "Fresh data for the training on Monday",
      ticket: "OPS-117",
      onBehalfOf: "eve@example.com",
      onBusy: "queue",
    });
    expect(key).toBe("ticket staging jira OPS-117");
  });
});
