import { describe, expect, it } from "@jest/globals";
import { applyMask } from "../../local/field-mask.ts";

interface Thing {
  readonly name: string;
  readonly displayName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const present: Thing = { name: "one", displayName: "One", labels: { a: "1", b: "2" } };
const apply = (sent: Partial<Thing>, mask?: string) =>
  applyMask(present, { sent, mask, mutable: ["displayName", "labels"] });

describe("applyMask", () => {
  it("writes what is named and clears what is named and not sent", () => {
    expect(apply({ displayName: "New", labels: {} }, "display_name")).toEqual({ ...present, displayName: "New" });
    expect(apply({}, "displayName").displayName).toBeUndefined();
  });

  it("writes what was sent when nothing or everything is named", () => {
    expect(apply({ displayName: "New" })).toEqual({ ...present, displayName: "New" });
    expect(apply({ displayName: "New", name: "two" }, "*")).toEqual({ ...present, displayName: "New" });
  });

  it("changes single entries of a map", () => {
    expect(apply({ labels: { a: "9", c: "3" } }, "labels.a").labels).toEqual({ a: "9", b: "2" });
    expect(apply({}, "labels.b").labels).toEqual({ a: "1" });
  });

  it("refuses fields that cannot change", () => {
    expect(() => apply({ name: "two" }, "name")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
