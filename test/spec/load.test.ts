import { describe, expect, it } from "@jest/globals";
import { parseSpec } from "../../spec/load.ts";
import { SpecError } from "../../spec/problem.ts";
import { brokenSpecs } from "./broken-specs.ts";
import { edit, exampleFolders, exampleText, lineOf, load, problemsOf } from "./example.ts";

describe("loadSpec", () => {
  it.each(brokenSpecs)(
    "says of $name where it is and what to do",
    async ({ text, folders, line, path, message, fix }) => {
      const problems = await problemsOf(text, folders);
      expect(problems).toEqual([
        {
          path,
          line: typeof line === "number" ? line : lineOf(text, line),
          column: expect.any(Number),
          message: expect.stringMatching(message),
          fix: expect.stringMatching(fix),
        },
      ]);
    },
  );

  it("names file and line of a fault in a seed file", async () => {
    const files = { "001_users.sql": "CREATE TABLE users (id int);\n\nCREAT TABLE other (id int);\n" };
    const problems = await problemsOf(exampleText, { ...exampleFolders, "./seed": files });
    expect(problems).toEqual([
      {
        file: "seed/001_users.sql",
        path: "spec.database.seed.directory",
        line: 3,
        column: 1,
        message: "no SQL statement begins with CREAT",
        fix: "did you mean CREATE?",
      },
    ]);
  });

  it("refuses a seed file that is no text", async () => {
    const problems = await problemsOf(exampleText, {
      ...exampleFolders,
      "./seed": { "1.sql": Buffer.from([0xff, 0xfe]) },
    });
    expect(problems).toMatchObject([{ file: "seed/1.sql", line: 1, message: "is not a text file" }]);
  });

  it("refuses a file that is not UTF-8", async () => {
    const problems = await problemsOf(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0x00]));
    expect(problems).toMatchObject([{ line: 1, column: 1, message: "the file is not a text file" }]);
  });

  it("reports every problem at once, in the order of the lines", async () => {
    const text = edit(
      "my-vpc",
      "My_VPC",
      edit("192.168.100.0/28", "192.168.100.0/29", edit("user: app", "user: postgres")),
    );
    const problems = await problemsOf(text, { "./seed": { "1.sql": "SELEC 1" } });
    expect(problems.map(({ file, path }) => file ?? path)).toEqual([
      "spec.network.name",
      "spec.network.subnet.range",
      "spec.database.login.user",
      "spec.service.source",
      "seed/1.sql",
    ]);
  });

  const nested: readonly (readonly [string, string])[] = [
    [
      "spec.service.secrets.A.version",
      edit("public: true", "public: true\n    secrets: { A: { secret: x, version: latest } }"),
    ],
    ["spec.service.secrets.A.secret", edit("public: true", "public: true\n    secrets: { A: { version: 1 } }")],
    ["spec.policy.rebuild.schedule", edit("  service:\n", "  policy: { rebuild: { schedule: 5 } }\n  service:\n")],
  ];

  it.each(nested)("reports beside a wrong %s, which its part cannot do without, all else", async (path, broken) => {
    const text = edit("192.168.200.0", "192.168.100.0", edit("user: app", "user: postgres", broken));
    const problems = await problemsOf(text, { "./app": { "server.ts": "export {};\n" } });
    expect(problems.map((problem) => problem.path).sort()).toEqual(
      [path, "spec.database.login.user", "spec.database.seed.directory", "spec.network.serviceRange.range"].sort(),
    );
  });

  it("says nothing of what depends on a part that is wrong itself", async () => {
    const text = edit("asia-northeast1", "mars", edit("cpuCount: 2", "zone: asia-northeast1-b"));
    expect((await problemsOf(text)).map(({ path }) => path)).toEqual(["spec.region"]);
  });

  it("names line and column of a value, and those of the key where the key is wrong", async () => {
    expect(await problemsOf(edit("maxInstances: 10", "maxInstances: 0"))).toMatchObject([{ line: 24, column: 19 }]);
    expect(await problemsOf(edit("maxInstances: 10", "maxInstanses: 10"))).toMatchObject([{ line: 24, column: 5 }]);
  });

  it("puts all of it into the error's message, a line each", async () => {
    const text = edit("maxInstances: 10", "maxInstanses: 10");
    await expect(load(text)).rejects.toThrow(
      "24:5 spec.service.maxInstanses is not a known key: did you mean maxInstances?",
    );
  });
});

describe("parseSpec", () => {
  it("needs no folders", () => {
    expect(parseSpec(exampleText).service.source).toBe("./app");
  });

  it("throws a SpecError", () => {
    expect(() => parseSpec("a: 1")).toThrow(SpecError);
  });
});
