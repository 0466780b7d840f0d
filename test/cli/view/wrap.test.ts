import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { wrapLines } from "../../../cli/view/wrap.ts";

describe("wrapLines", () => {
  it("leaves what fits as it is, colours and breaks included", () => {
    const lines = ["short", "\u001b[32m✓\u001b[39m network", "  two\n  lines"];
    expect(wrapLines(lines, 12)).toEqual(["short", "\u001b[32m✓\u001b[39m network", "  two", "  lines"]);
  });

  it("goes on below prose, and below what stands in a column", () => {
    expect(wrapLines(["Step seed failed: the file is wrong and so on"], 24)).toEqual([
      "Step seed failed: the",
      "  file is wrong and so",
      "  on",
    ]);
    expect(wrapLines(["  data      rows are lost, all of them"], 36)).toEqual([
      "  data      rows are lost, all of",
      "            them",
    ]);
  });

  it("goes on after a backslash where it is a command, which a shell takes as one", () => {
    expect(wrapLines(["  alloyrun extend users --by 24h --project my-project --region us-central1"], 40)).toEqual([
      "  alloyrun extend users --by 24h \\",
      "    --project my-project \\",
      "    --region us-central1",
    ]);
  });

  it("loses nothing of a command, however it gives its values", () => {
    const command =
      "    for role in viewer run.admin; do gcloud projects add-iam-policy-binding my-project --member=user:ann@example.com " +
      "--role=roles/$role --condition=None; done";
    const lines = wrapLines([command], 60);
    expect(lines.slice(0, -1).filter((line) => !line.endsWith(" \\"))).toEqual([]);
    expect(lines.map((line) => line.replace(/ \\$/, "").trim()).join(" ")).toBe(command.trim());
  });

  it("breaks a name behind a slash, and an address never", () => {
    const name = "projects/my-project/locations/us-central1/clusters/one";
    expect(wrapLines([`creating ${name}`], 30)).toEqual([
      "creating",
      "  projects/my-project/",
      "  locations/us-central1/",
      "  clusters/one",
    ]);
    expect(wrapLines([`see https://example.com/${name}`], 30)).toEqual(["see", `  https://example.com/${name}`]);
  });

  it("fits whatever has words that fit, and loses none of them", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 30, max: 100 }),
        fc.constantFrom("", "  ", "name      "),
        (text, columns, start) => {
          const lines = wrapLines([start + text.join(" ")], columns);
          for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
          expect(lines.join(" ").trim().split(/ +/)).toEqual([...start.split(" "), ...text].filter(Boolean));
        },
      ),
    );
  });
});
