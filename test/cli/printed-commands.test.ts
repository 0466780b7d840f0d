import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { commandLine } from "../../spec/command-line.ts";

const sources = globSync(["cli/**/*.ts", "functions/**/*.ts", "plan/**/*.ts"]);

describe("a command that is printed", () => {
  it("says where the installation is, and leaves out the usual region", () => {
    const at = (region: string) => commandLine({ project: "my-project", region }, "unfreeze", "users");
    expect(at("us-central1")).toBe("alloyrun unfreeze users --project my-project --region us-central1");
    expect(at("asia-northeast1")).toBe("alloyrun unfreeze users --project my-project");
  });

  // The file of an `up` says itself which project it is about.
  it("is nowhere put together by hand, but for up, so that it always does", () => {
    const spelled = sources.flatMap((path) =>
      [
        ...readFileSync(path, "utf8").matchAll(/alloyrun (?!(up|in|into|from)\b)[a-z]+ \$\{[^`]*|\\`alloyrun sweep/g),
      ].map(([found]) => `${path}: ${found}`),
    );
    expect(sources.length).toBeGreaterThan(200);
    expect(spelled).toEqual([]);
  });
});
