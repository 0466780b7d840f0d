import { describe, expect, it } from "@jest/globals";
import { parseOptions, UsageError } from "../../../local/auth-proxy/options.ts";

const one = "projects/p/locations/r/clusters/c/instances/one";
const two = "projects/p/locations/r/clusters/c/instances/two";
const defaults = { name: one, address: "127.0.0.1", port: 5432, autoIamAuthn: false, ipType: "PRIVATE" };

describe("parseOptions", () => {
  it.each<[string, string[], Record<string, string>, object[]]>([
    ["an instance alone", [one], {}, [defaults]],
    ["a flag and its value apart", ["--port", "6000", one], {}, [{ ...defaults, port: 6000 }]],
    ["a flag and its value as one word", [one, "--address=0.0.0.0"], {}, [{ ...defaults, address: "0.0.0.0" }]],
    [
      "short forms",
      ["-p6000", "-a", "0.0.0.0", "-i", one],
      {},
      [{ ...defaults, port: 6000, address: "0.0.0.0", autoIamAuthn: true }],
    ],
    [
      "a switch that is turned off",
      ["--auto-iam-authn=false", one],
      { ALLOYDB_PROXY_AUTO_IAM_AUTHN: "true" },
      [defaults],
    ],
    ["variables", [], { ALLOYDB_PROXY_INSTANCE_URI: one, ALLOYDB_PROXY_PORT: "6000" }, [{ ...defaults, port: 6000 }]],
    ["counting ports", [one, two], {}, [defaults, { ...defaults, name: two, port: 5433 }]],
    [
      "instances in variables",
      [],
      { ALLOYDB_PROXY_INSTANCE_URI_0: one, ALLOYDB_PROXY_INSTANCE_URI_1: two },
      [defaults, { ...defaults, name: two, port: 5433 }],
    ],
    [
      "an instance's own settings",
      [`${one}?port=7000&auto-iam-authn=true`, two],
      {},
      [
        { ...defaults, port: 7000, autoIamAuthn: true },
        { ...defaults, name: two },
      ],
    ],
    ["public addresses", ["--public-ip", one], {}, [{ ...defaults, ipType: "PUBLIC" }]],
  ])("takes %s", (_, args, env, instances) => {
    expect(parseOptions(args, env).instances).toEqual(instances);
  });

  it.each<[string[], string]>([
    [["--nope", one], "unknown flag: --nope"],
    [["-z", one], "unknown shorthand flag: 'z' in -z"],
    [[], "missing instance_uri"],
    [["--port"], "flag needs an argument: --port"],
    [["--port=high", one], 'invalid argument "high" for "--port" flag'],
    [["--health-check=maybe", one], 'invalid argument "maybe"'],
    [["--max-sigterm-delay=5", one], 'invalid argument "5"'],
    [["projects/p/instances/one"], "invalid instance URI"],
    [[`${one}?token=x`], "unsupported query parameter token"],
    [["--fuse=/mnt", one], "this proxy does not do --fuse"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args, {})).toThrow(UsageError);
    expect(() => parseOptions(args, {})).toThrow(message);
  });

  it("reads durations", () => {
    const options = parseOptions(["--max-sigterm-delay=1m30s", one], {});
    expect(options.duration("max-sigterm-delay")).toBe(90_000);
    expect(options.duration("min-sigterm-delay")).toBe(0);
  });
});
