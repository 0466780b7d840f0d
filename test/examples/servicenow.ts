import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

/** What a business rule sends. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What ServiceNow knows when it runs the rule. */
export interface Instance {
  readonly properties: Readonly<Record<string, string>>;
  readonly item: { readonly number: string; readonly short_description: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Runs the business rule of the example as ServiceNow does, with as much of its API as the rule uses. Gives what it sends.
 *
 * @see https://docs.servicenow.com/bundle/xanadu-api-reference/page/app-store/dev_portal/API_reference/CertificateEncryption/concept/c_CertificateEncryptionAPI.html
 */
export function runBusinessRule({ properties, item, now }: Instance): Sent {
  const headers: Record<string, string> = {};
  const sent = { url: "", body: "" };
  const context = {
    current: {
      getValue: (field: keyof Instance["item"]) => item[field],
      variables: { lifetime: "72h" },
      request: { requested_for: { email: "eve@example.com" } },
    },
    gs: { getProperty: (name: string) => properties[name], error() {} },
    GlideDateTime: class {
      getNumericValue = () => now;
    },
    GlideStringUtil: { base64Encode: (text: string) => Buffer.from(text).toString("base64") },
    GlideCertificateEncryption: class {
      generateMac = (key: string, _algorithm: string, data: string) =>
        createHmac("sha256", Buffer.from(key, "base64")).update(data).digest("base64");
    },
    sn_ws: {
      RESTMessageV2: class {
        setEndpoint(url: string) {
          sent.url = url;
        }
        setHttpMethod() {}
        setRequestHeader(name: string, value: string) {
          headers[name] = value;
        }
        setRequestBody(body: string) {
          sent.body = body;
        }
        execute() {
          return { getStatusCode: () => 202, getBody: () => "" };
        }
      },
    },
  };
  runInNewContext(readFileSync("examples/tickets/servicenow.js", "utf8"), context);
  return { ...sent, headers };
}
