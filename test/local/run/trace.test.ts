import { describe, expect, it } from "@jest/globals";
import { createRandom } from "../../../local/random.ts";
import { withTrace } from "../../../local/run/trace.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const traced = (headers: Record<string, string>) => withTrace(headers, createRandom("1"));

describe("withTrace", () => {
  it("begins a trace, the same in both headers and another for each request", () => {
    const random = createRandom("1");
    const first = withTrace({ host: "a" }, random);
    expect(first).toEqual({
      host: "a",
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
      "x-cloud-trace-context": expect.stringMatching(/^[0-9a-f]{32}\/\d+$/),
    });
    expect(String(first["x-cloud-trace-context"])).toContain(String(first.traceparent).split("-")[1]);
    expect(withTrace({}, random).traceparent).not.toBe(first.traceparent);
  });

  it("goes on with the caller's trace in a span of its own, whichever header carries it", () => {
    const w3c = traced({ traceparent: `00-${trace}-00f067aa0ba902b7-01` });
    expect(w3c.traceparent).toMatch(new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
    expect(w3c["x-cloud-trace-context"]).toMatch(new RegExp(`^${trace}/\\d+;o=1$`));
    const google = traced({ "x-cloud-trace-context": `${trace}/123;o=1` });
    expect(google.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  });

  it("begins anew where what the caller sent is no trace", () => {
    const zeros = "0".repeat(32);
    expect(traced({ traceparent: `00-${zeros}-00f067aa0ba902b7-01` }).traceparent).not.toContain(zeros);
    expect(traced({ "x-cloud-trace-context": "me" })["x-cloud-trace-context"]).not.toContain("me");
  });
});
