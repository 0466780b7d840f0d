import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { generate, generatedDirectory } from "../../../local/model/generate.ts";
import { loadModel } from "../../../local/model/model.ts";

describe("generate", () => {
  it("gives what is committed", () => {
    const files = generate();
    expect(readdirSync(generatedDirectory).sort()).toEqual([...files.keys()].sort());
    const stale = [...files].filter(([name, text]) => readFileSync(`${generatedDirectory}${name}`, "utf8") !== text);
    expect(stale.map(([name]) => name)).toEqual([]);
  }, 60_000);
});

describe("the model", () => {
  const model = loadModel();

  it("has every type that a method or a field names", () => {
    const known = (type: string) => type in model.messages || type in model.enums;
    const methods = Object.values(model.methods).flatMap(({ request, response }) => [request, response]);
    const fields = Object.values(model.messages).flatMap((message) => Object.values(message.fields));
    const types = [...methods, ...fields.map(({ type }) => type).filter((type) => type.includes("."))];
    expect(types.filter((type) => !known(type))).toEqual([]);
  });

  it("has a route for every method that answers over REST, and a method for every route", () => {
    const routed = new Set(model.routes.map(({ method }) => method));
    const unary = Object.entries(model.methods).filter(([, { requestStream }]) => !requestStream);
    expect(unary.map(([method]) => method).filter((method) => !routed.has(method))).toEqual([]);
    expect([...routed].filter((method) => !(method in model.methods))).toEqual([]);
  });

  it("keeps all behaviours of a field, where one was the definition's last word only", () => {
    expect(model.messages["google.cloud.alloydb.v1.Cluster"]?.fields.tags?.behaviors).toEqual([
      "INPUT_ONLY",
      "IMMUTABLE",
      "OPTIONAL",
    ]);
  });

  it("does not demand what the services do not", () => {
    expect(model.messages["google.cloud.alloydb.v1.Cluster"]?.fields.network?.behaviors ?? []).not.toContain(
      "REQUIRED",
    );
  });

  it("marks definitions of our own", () => {
    expect(model.methods["google.iam.admin.v1.IAM.CreateServiceAccount"]).toMatchObject({
      ours: true,
      hosts: ["iam.googleapis.com"],
    });
    expect(model.methods["google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster"]).not.toHaveProperty("ours");
  });
});
