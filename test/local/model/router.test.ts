import { describe, expect, it } from "@jest/globals";
import { loadModel } from "../../../local/model/model.ts";
import { createRouter } from "../../../local/model/router.ts";
import { compileTemplate } from "../../../local/model/template.ts";

describe("compileTemplate", () => {
  it.each([
    ["/v1/{name=projects/*/secrets/*}", "/v1/projects/p/secrets/s", { name: "projects/p/secrets/s" }],
    ["/v1/{name=projects/*/secrets/*}", "/v1/projects/p/secrets/s/versions/1", undefined],
    ["/v1/{name=projects/*/secrets/*}", "/v1/projects/p/secrets/s:access", undefined],
    ["/v1/{name=projects/*/secrets/*}", "/v1/projects/p/secrets/", undefined],
    ["/v1/{name=projects/*/secrets/*}:access", "/v1/projects/p/secrets/s:access", { name: "projects/p/secrets/s" }],
    ["/v1/{name=operations/**}", "/v1/operations/a/b/c", { name: "operations/a/b/c" }],
    ["/v1/{secret.name=projects/*/secrets/*}", "/v1/projects/p/secrets/s", { "secret.name": "projects/p/secrets/s" }],
    ["/compute/v1/projects/{project}/zones/{zone}", "/compute/v1/projects/p/zones/z", { project: "p", zone: "z" }],
    [
      "/v1/{name=projects/*/serviceAccounts/*}",
      "/v1/projects/-/serviceAccounts/a%40b.com",
      { name: "projects/-/serviceAccounts/a@b.com" },
    ],
    ["/v1.x/{name=a/*}", "/v1yx/a/b", undefined],
  ])("%s reads %s", (template, path, expected) => {
    expect(compileTemplate(template).match(path)).toEqual(expected);
  });

  it("keeps encoded slashes and bare colons inside a segment where a host has no verbs", () => {
    const template = compileTemplate("/storage/v1/b/{bucket}/o/{object}", { colons: true });
    expect(template.match("/storage/v1/b/my-bucket/o/runs%2Fa:b.json")).toEqual({
      bucket: "my-bucket",
      object: "runs/a:b.json",
    });
  });
});

describe("createRouter", () => {
  const router = createRouter(loadModel());
  const method = (host: string, verb: string, path: string) =>
    router.match(host, verb, path)?.route.method.split(".").at(-1);

  it.each([
    ["secretmanager.googleapis.com", "GET", "/v1/projects/p/secrets/s/versions/latest:access", "AccessSecretVersion"],
    ["secretmanager.googleapis.com", "GET", "/v1/projects/p/secrets/s/versions/latest", "GetSecretVersion"],
    ["secretmanager.googleapis.com", "GET", "/v1/projects/p/locations/l/secrets/s", "GetSecret"],
    ["serviceusage.googleapis.com", "GET", "/v1/projects/p/services:batchGet", "BatchGetServices"],
    ["compute.googleapis.com", "POST", "/compute/v1/projects/p/global/operations/o/wait", "Wait"],
    ["alloydb.googleapis.com", "GET", "/v1/projects/p/locations/l/operations/o", "GetOperation"],
    ["serviceusage.googleapis.com", "GET", "/v1/operations/acf.1", "GetOperation"],
    ["run.googleapis.com", "POST", "/v2/projects/p/locations/l/operations/o:wait", "WaitOperation"],
    ["run.googleapis.com", "GET", "/v1/projects/p/locations", "ListLocations"],
    ["secretmanager.googleapis.com", "PUT", "/v1/projects/p/secrets/s", undefined],
    ["unknown.googleapis.com", "GET", "/v1/projects/p", undefined],
  ])("finds what %s %s %s means", (host, verb, path, expected) => {
    expect(method(host, verb, path)).toBe(expected);
  });
});
