import { describe, expect, it } from "@jest/globals";
import { toTemplate } from "../../../functions/cloud-run/template.ts";
import { templateChanges } from "../../../functions/cloud-run/template-changes.ts";
import { revisionParts, serviceInput } from "./inputs.ts";

const present = toTemplate(serviceInput, revisionParts);
const changesTo = (input: Partial<typeof serviceInput>, parts: Partial<typeof revisionParts> = {}) =>
  templateChanges(toTemplate({ ...serviceInput, ...input }, { ...revisionParts, ...parts }), present);

describe("templateChanges", () => {
  it("finds nothing in the same content, whatever Cloud Run has filled in", () => {
    expect(changesTo({})).toEqual([]);
    expect(templateChanges(present, { ...present, timeout: { seconds: "300" }, revision: "users-1" })).toEqual([]);
  });

  it.each([
    [{ maxInstances: 11 }, { path: "template.scaling.maxInstanceCount", from: 10, to: 11 }],
    [{ minInstances: 1 }, { path: "template.scaling.minInstanceCount", from: 0, to: 1 }],
    [{ cpu: 2 }, { path: "template.containers.app.resources.limits.cpu", from: "1", to: "2" }],
    [{ memory: "1Gi" }, { path: "template.containers.app.resources.limits.memory", from: "512Mi", to: "1Gi" }],
    [{ port: 9000 }, { path: "template.containers.app.ports.containerPort", from: 8080, to: 9000 }],
    [{ concurrency: 1 }, { path: "template.maxInstanceRequestConcurrency", from: 80, to: 1 }],
    [{ timeoutSeconds: 60 }, { path: "template.timeout", from: "300s", to: "60s" }],
    [
      { executionEnvironment: "gen1" as const },
      {
        ...{ path: "template.executionEnvironment", from: "EXECUTION_ENVIRONMENT_GEN2" },
        to: "EXECUTION_ENVIRONMENT_GEN1",
      },
    ],
    [{ serviceAccount: "x@y" }, { path: "template.serviceAccount", from: serviceInput.serviceAccount, to: "x@y" }],
    [
      { traffic: "private-ranges" as const },
      { path: "template.vpcAccess.egress", from: "ALL_TRAFFIC", to: "PRIVATE_RANGES_ONLY" },
    ],
    [
      { proxyImage: "p:2" },
      { path: "template.containers.alloydb-proxy.image", from: serviceInput.proxyImage, to: "p:2" },
    ],
  ])("tells %j by path, before and after", (input, field) => {
    expect(changesTo(input)).toEqual([field]);
  });

  it("tells another image, database and instance", () => {
    const changes = changesTo({}, { image: "i@sha256:2", database: "mydb_g2", instance: "other" });
    expect(changes.map(({ path }) => path)).toEqual([
      "template.containers.app.image",
      "template.containers.alloydb-proxy.args",
      "template.containers.app.env.DB_NAME",
    ]);
  });

  it("names variables and never a value of theirs", () => {
    const changes = changesTo({ env: { GREETING: "the-new-value", ADDED: "the-added-value" } });
    const path = "template.containers.app.env";
    expect(changes).toEqual([
      { path: `${path}.ADDED`, from: undefined, to: "a value" },
      { path: `${path}.GREETING`, from: "a value", to: "another value" },
    ]);
    expect(changesTo({ env: {} })).toEqual([{ path: `${path}.GREETING`, from: "a value", to: undefined }]);
  });

  it("tells of secrets the name and the version", () => {
    const path = "template.containers.app.env";
    expect(changesTo({ secrets: { API_KEY: "projects/p/secrets/api-key/versions/4" } })).toEqual([
      { path: `${path}.API_KEY`, from: "api-key/versions/3", to: "api-key/versions/4" },
    ]);
    expect(changesTo({ secrets: {}, env: { GREETING: "hello", API_KEY: "plain" } })).toEqual([
      { path: `${path}.API_KEY`, from: "api-key/versions/3", to: "a value" },
    ]);
  });
});
