import { describe, expect, it } from "@jest/globals";
import { findHindrances } from "../../deploy/undeploy.ts";

const place = { project: "my-project", region: "us-central1" };

function bucketOf(...names: readonly string[]) {
  const objects = names.map((name) => ({ name }));
  return {
    listObjects: async (bucket: string, prefix: string) =>
      bucket === "my-project-alloyrun" ? objects.filter(({ name }) => name.startsWith(prefix)) : [],
  };
}

describe("findHindrances", () => {
  it("finds none when the bucket tells of no environment, whatever else is in it", async () => {
    const bucket = bucketOf("specs/old.yaml", "runs/old/run-1.json", "chains/old.json", "requests/run-1.json");
    expect(await findHindrances(bucket, place)).toEqual([]);
  });

  it("names each environment once, with the command that comes first", async () => {
    const bucket = bucketOf(
      ...["environments/a.json", "environments/b.json", "locks/a.json"],
      ...["teardowns/b.json", "locks/c.json", "teardowns/d.json"],
    );
    const hindrances = await findHindrances(bucket, place);
    expect(hindrances.map(({ environment, command }) => [environment, command])).toEqual([
      ["a", "alloyrun down a --project my-project --region us-central1"],
      ["b", "alloyrun sweep --project my-project --region us-central1"],
      ["c", "alloyrun down c --project my-project --region us-central1"],
      ["d", "alloyrun sweep --project my-project --region us-central1"],
    ]);
    expect(hindrances.map(({ reason }) => reason)).toEqual([
      "it stands",
      expect.stringContaining("waits for Google"),
      "a run holds it",
      expect.stringContaining("waits for Google"),
    ]);
  });
});
