import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { writeEvidence } from "../../../cli/commands/audit.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { installationOf, keepTerminal } from "./installation.ts";

const run = "run-1";

/** An installation that knows one request. */
async function audited() {
  const installation = installationOf({});
  const request = JSON.stringify({ run, environment: "users" });
  const place = { bucket: installation.bucket, object: `requests/${run}.json`, contentType: "application/json" };
  await installation.storage.write({ ...place, content: request });
  return installation;
}

describe("writeEvidence", () => {
  it("writes a new file, and neither another's nor where there is no folder", async () => {
    await using folder = await temporaryFolder();
    const [out, elsewhere] = [join(folder.path, "evidence.json"), join(folder.path, "none", "evidence.json")];
    expect(await writeEvidence(await audited(), { run, out }, keepTerminal())).toBe(0);
    const written = readFileSync(out, "utf8");
    expect(JSON.parse(written)).toMatchObject({ run });
    for (const [file, says] of [
      [out, `${out}: there is such a file already, which stays as it is`],
      [elsewhere, `${elsewhere}: its folder is not there`],
    ] as const) {
      const terminal = keepTerminal();
      expect(await writeEvidence(await audited(), { run, out: file }, terminal)).toBe(2);
      expect(terminal.complained).toEqual([says]);
    }
    expect([readFileSync(out, "utf8"), existsSync(elsewhere)]).toEqual([written, false]);
  });
});
