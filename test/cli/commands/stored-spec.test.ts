import { describe, expect, it } from "@jest/globals";
import { tellStored } from "../../../cli/commands/stored-spec.ts";
import { packSpec } from "../../../functions/request/spec-store.ts";
import { parseSpec } from "../../../spec/load.ts";
import { exampleText } from "../../spec/example.ts";
import { createMemoryStorage } from "../../support/memory-storage.ts";

const digest = "0".repeat(64);
const folders = { source: `sources/${digest}.tgz`, seed: `seeds/${digest}.tgz` };
const spec = parseSpec(exampleText);

async function storing(content?: string) {
  const storage = createMemoryStorage();
  const object = `specs/${spec.name}.yaml`;
  if (content) await storage.write({ bucket: "b", object, content, contentType: "application/yaml" });
  return { storage, bucket: "b" };
}

const told = { file: "mine.yaml", spec, of: "down" } as const;

describe("tellStored", () => {
  const stored = packSpec(exampleText, folders).text;

  it("says nothing where the file says what is stored, whose folders are packed", async () => {
    expect(await tellStored(await storing(stored), told)).toBeUndefined();
  });

  it("says that the file says something else", async () => {
    const moved = { ...spec, service: { ...spec.service, env: { GREETING: "other" } } };
    const line = await tellStored(await storing(stored), { ...told, spec: moved });
    expect(line).toContain("mine.yaml says something else");
  });

  it("says only by what is planned where nothing readable is stored, or nothing may be read", async () => {
    const only = `A down is planned by the stored spec of ${spec.name}, not by mine.yaml.`;
    expect(await tellStored(await storing(), told)).toBe(only);
    expect(await tellStored(await storing("spec: {"), told)).toBe(only);
    const storage = { ...createMemoryStorage(), readText: () => Promise.reject(new Error("forbidden")) };
    expect(await tellStored({ storage, bucket: "b" }, told)).toBe(only);
  });
});
