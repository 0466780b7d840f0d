import { describe, expect, it } from "@jest/globals";
import { functionDifferences, serviceDifferences } from "../../deploy/function-parts.ts";

const account = "alloyrun-lock@my-project.iam.gserviceaccount.com";
const wanted = {
  buildConfig: { runtime: "nodejs24", entryPoint: "alloyrun-lock", serviceAccount: "projects/my-project/sa" },
  serviceConfig: {
    ...{ serviceAccountEmail: account, timeoutSeconds: 120, availableMemory: "512M", maxInstanceCount: 10 },
    ...{ ingressSettings: "ALLOW_ALL", allTrafficOnLatestRevision: true },
    environmentVariables: { NODE_ENV: "production", ALLOYRUN_HOOK: "closed" },
  },
};
/** As Cloud Functions gives it back: with what it fills in. */
const held = {
  ...{ state: "ACTIVE", buildConfig: wanted.buildConfig },
  serviceConfig: {
    ...wanted.serviceConfig,
    availableCpu: "0.3333",
    maxInstanceRequestConcurrency: 1,
    uri: "https://x",
  },
};
const withConfig = (changed: object) => ({ ...held, serviceConfig: { ...held.serviceConfig, ...changed } });

describe("functionDifferences", () => {
  it("finds none where Cloud Functions only filled in more", () => {
    expect(functionDifferences(held, wanted)).toEqual([]);
  });

  it.each([
    [{ serviceAccountEmail: "other@p" }, `~ account: other@p → ${account}`],
    [{ timeoutSeconds: 5 }, "~ timeout: 5 → 120"],
    [{ availableMemory: "256M" }, "~ memory: 256M → 512M"],
    [{ maxInstanceCount: 1 }, "~ most instances: 1 → 10"],
    [{ minInstanceCount: 2 }, "~ fewest instances: 2 → 0"],
    [{ maxInstanceRequestConcurrency: 80 }, "~ requests at once: 80 → 1"],
    [{ ingressSettings: "ALLOW_INTERNAL_ONLY" }, "~ ingress: ALLOW_INTERNAL_ONLY → ALLOW_ALL"],
    [{ vpcConnector: "theirs" }, "~ connector: theirs → none"],
    [{ allTrafficOnLatestRevision: undefined }, "~ all traffic on the latest revision: false → true"],
    [{ environmentVariables: { NODE_ENV: "production" } }, "+ variable ALLOYRUN_HOOK"],
    [{ secretEnvironmentVariables: [{ key: "API_KEY" }] }, "- variable API_KEY"],
  ])("tells %j", (changed, difference) => {
    expect(functionDifferences(withConfig(changed), wanted)).toEqual([difference]);
  });

  it("tells which variables differ, and never what they hold", () => {
    const environmentVariables = { NODE_ENV: "development", ALLOYRUN_HOOK: "closed", NODE_OPTIONS: "--inspect" };
    expect(functionDifferences(withConfig({ environmentVariables }), wanted)).toEqual([
      "~ variable NODE_ENV",
      "- variable NODE_OPTIONS",
    ]);
  });

  it("says nothing of variables that are not known yet", () => {
    const unknown = { ...wanted, serviceConfig: { ...wanted.serviceConfig, environmentVariables: undefined } };
    expect(functionDifferences(withConfig({ environmentVariables: {} }), unknown)).toEqual([]);
  });
});

describe("serviceDifferences", () => {
  const service = { template: { serviceAccount: account }, ingress: "INGRESS_TRAFFIC_ALL" } as const;

  it("finds none where the service is as its function says", () => {
    expect(serviceDifferences(service, wanted)).toEqual([]);
  });

  it("tells who edited the service past its function, or deleted it", () => {
    const edited = { template: { serviceAccount: "other@p" }, ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY" } as const;
    expect(serviceDifferences(edited, wanted)).toEqual([
      `~ account of its service: other@p → ${account}`,
      "~ ingress of its service: INGRESS_TRAFFIC_INTERNAL_ONLY → INGRESS_TRAFFIC_ALL",
    ]);
    expect(serviceDifferences(undefined, wanted)).toEqual(["+ its service, which was deleted"]);
  });
});
