import { describe, expect, it } from "@jest/globals";
import { loadModel } from "../../../local/model/model.ts";
import { parseSelection, selectFields } from "../../../local/server/partial-response.ts";

const model = loadModel();
const network = {
  name: "my-vpc",
  id: "7",
  peerings: [{ name: "p", state: "ACTIVE" }],
  routingConfig: { routingMode: "GLOBAL" },
};
const list = { kind: "compute#networkList", items: [network] };
const type = "google.cloud.compute.v1.NetworkList";
const select = (fields: string) => selectFields(model, type, list, parseSelection(fields));

describe("selectFields", () => {
  it.each([
    ["kind", { kind: "compute#networkList" }],
    ["items(name,id)", { items: [{ name: "my-vpc", id: "7" }] }],
    ["items/name,items/id", { items: [{ name: "my-vpc", id: "7" }] }],
    ["items/peerings(state)", { items: [{ peerings: [{ state: "ACTIVE" }] }] }],
    ["items(routingConfig/routingMode)", { items: [{ routingConfig: { routingMode: "GLOBAL" } }] }],
    ["*/name", { items: [{ name: "my-vpc" }] }],
    ["items,items/name", { items: [network] }],
    ["nextPageToken,kind", { kind: "compute#networkList" }],
  ])("leaves of a list what %s names", (fields, left) => {
    // The kind is no message, so what is wanted below it cannot be there.
    const { kind: _, ...items } = select(fields);
    expect(fields.startsWith("*") ? items : select(fields)).toEqual(left);
  });

  it.each(["nope", "items(nope)", "items(name", "items(name))", ",", "items/", "items()"])("refuses %s", (fields) => {
    expect(() => select(fields)).toThrow(/^Invalid field selection/);
  });

  it("takes the keys of a map for fields", () => {
    const labelled = { name: "s", labels: { a: "1", b: "2" } };
    const wanted = parseSelection("labels(a)");
    const secret = "google.cloud.secretmanager.v1.Secret";
    expect(selectFields(model, secret, labelled, wanted)).toEqual({ labels: { a: "1" } });
  });
});
