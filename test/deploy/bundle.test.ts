import { access } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { type Bundle, bundleFunctions, bundleProgram, programFile, zip } from "../../deploy/bundle.ts";
import { installationFunctions } from "../../deploy/installation.ts";

const functions = installationFunctions("my-project");
const thin = ["services", "network", "peering", "egress", "image", "schedule", "plan", "record"].map(
  (name) => `alloyrun-${name}`,
);
const built = await bundleFunctions(functions.map(({ entry }) => entry));
const bundles = new Map<string, Bundle>(built.map((bundle, index) => [functions[index]?.id ?? "", bundle]));

function bundleOf(id: string): Bundle {
  const bundle = bundles.get(id);
  if (!bundle) throw new Error(`no bundle ${id}`);
  return bundle;
}

/** Files of ours in a bundle. */
function ours(id: string): readonly string[] {
  return bundleOf(id).sources.filter((path) => !path.startsWith("node_modules/"));
}

/** Official packages in a bundle. */
function officialPackages(id: string): readonly string[] {
  const names = bundleOf(id).sources.map((path) => /node_modules\/(@google-cloud\/[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

describe("bundleFunctions", () => {
  it.each(functions)("bundles $id under its size limit", ({ id }) => {
    const { length = 0 } = bundleOf(id).files[programFile] ?? [];
    expect(length).toBeGreaterThan(10_000);
    expect(length).toBeLessThan(thin.includes(id) ? 850_000 : 2_100_000);
  });

  it.each(functions)("takes nothing but functions, plan, spec and google into $id", ({ id, entry }) => {
    expect(ours(id)).toContain(entry);
    for (const path of ours(id)) expect(path).toMatch(/^(functions|plan|spec|google)\//);
  });

  it.each(functions)("takes no other step's implementation into $id", ({ id, entry }) => {
    const others = ours(id).filter((path) => /^functions\/(steps|entry)\//.test(path) && path !== entry);
    expect(others.filter((path) => path.startsWith("functions/steps/"))).toEqual([]);
  });

  it("takes only the clients that a step imports itself", () => {
    for (const id of thin) expect(officialPackages(id)).toEqual([]);
    expect(ours("alloyrun-network").filter((path) => path.startsWith("google/clients/"))).not.toContain(
      "google/clients/alloydb.ts",
    );
    expect(officialPackages("alloyrun-read-pool")).toEqual(["@google-cloud/alloydb"]);
    expect(officialPackages("alloyrun-service")).toEqual(["@google-cloud/run"]);
  });

  it.each(functions)(
    "takes no index of an official package into $id, which would load every version of every client",
    ({ id }) => {
      const whole = /node_modules\/@google-cloud\/[^/]+\/build\/(src\/(v[^/]+\/)?index|protos\/protos)\.js$/;
      expect(bundleOf(id).sources.filter((path) => whole.test(path))).toEqual([]);
    },
  );

  it.each(functions)("takes no language but English of zod into $id", ({ id }) => {
    const languages = bundleOf(id).sources.filter((path) => /node_modules\/zod\/v4\/locales\//.test(path));
    expect(languages.filter((path) => !path.endsWith("/en.js"))).toEqual([]);
  });

  it.each(functions)("leaves the Functions Framework of $id outside, pinned as its only dependency", ({ id }) => {
    const manifest = JSON.parse(Buffer.from(bundleOf(id).files["package.json"] ?? []).toString());
    expect(manifest).toMatchObject({ main: programFile, private: true });
    expect(Object.keys(manifest.dependencies)).toEqual(["@google-cloud/functions-framework"]);
    expect(manifest.dependencies["@google-cloud/functions-framework"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(officialPackages(id)).not.toContain("@google-cloud/functions-framework");
  });

  it.each([
    ["alloyrun-network", "functions/steps/network.ts"],
    ["alloyrun-retire", "functions/steps/retire.ts"],
  ])(
    "gives %s the same content for the same source, alone or among others, and no path of this machine",
    async (id, entry) => {
      const again = (await bundleFunctions([entry]))[0];
      expect(again?.content).toBe(bundleOf(id).content);
      expect(again?.content).toMatch(/^[0-9a-f]{64}$/);
      expect(Buffer.from(again?.files[programFile] ?? []).includes(process.cwd())).toBe(false);
    },
  );

  it("takes of an API's definitions those of the clients that are there", () => {
    const code = Buffer.from(bundleOf("alloyrun-cluster").files[programFile] ?? []);
    expect(code.includes("AlloyDBAdmin")).toBe(true);
    expect(code.includes("AlloyDBCSQLAdmin")).toBe(false);
  });

  it("knows its sources as files", async () => {
    const paths = new Set(functions.flatMap(({ id }) => bundleOf(id).sources));
    for (const path of paths) await access(path);
  });

  it("gives each function content of its own", () => {
    expect(new Set([...bundles.values()].map(({ content }) => content)).size).toBe(functions.length);
  });

  it("says what is wrong with a source that does not exist", async () => {
    await expect(bundleFunctions(["functions/steps/nowhere.ts"])).rejects.toThrow(/nowhere\.ts/);
  });
});

describe("bundleProgram", () => {
  it("bundles a program that depends on nothing", async () => {
    const { files } = await bundleProgram("functions/jobs/seed.ts");
    const manifest = JSON.parse(Buffer.from(files["package.json"] ?? []).toString());
    expect(manifest).toMatchObject({ dependencies: {}, scripts: { start: "node index.cjs" } });
  });
});

describe("zip", () => {
  it("holds exactly the files of the bundle", () => {
    const bundle = bundleOf("alloyrun-network");
    const files = unzipSync(zip(bundle));
    expect(Object.keys(files)).toEqual(Object.keys(bundle.files));
    for (const [name, bytes] of Object.entries(bundle.files))
      expect(Buffer.compare(files[name] ?? new Uint8Array(), bytes)).toBe(0);
  });

  it("gives the same bytes each time", () => {
    const bundle = bundleOf("alloyrun-record");
    expect(Buffer.compare(zip(bundle), zip(bundle))).toBe(0);
  });
});
