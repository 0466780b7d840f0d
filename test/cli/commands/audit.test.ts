import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { audit, verifyAudit, writeEvidence } from "../../../cli/commands/audit.ts";
import { exitCodes } from "../../../cli/exit-code.ts";
import { recordChange } from "../../../functions/record/change.ts";
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

describe("audit", () => {
  it("ends with a code of its own for what nobody knows, and not for what is asked for or has no record of that time", async () => {
    const [unknown, asked] = [installationOf({}), installationOf({})];
    const terminal = keepTerminal();
    expect(await audit(unknown, { environment: "nope" }, terminal)).toBe(exitCodes.unknown);
    expect([terminal.answered, terminal.complained[0]]).toEqual([[], expect.stringMatching(/no environment nope/)]);
    const place = { bucket: asked.bucket, object: "open/users.json", contentType: "application/json" };
    await asked.storage.write({ ...place, content: JSON.stringify({ runs: [run] }) });
    expect(await audit(asked, { environment: "users" }, terminal)).toBe(exitCodes.ok);
    const change = { id: "change-1", of: "users", change: "unfreeze", requestedBy: "ann@example.com", at: 1 } as const;
    await recordChange(unknown.storage, unknown.bucket, { ...change, bodyHash: "h" });
    expect(await audit(unknown, { environment: "users", from: 5 }, terminal)).toBe(exitCodes.ok);
    expect(terminal.said.at(-1)).toBe("users: nothing is recorded for that time.");
  });
});

describe("verifyAudit", () => {
  const recorded = async () => {
    const installation = installationOf({});
    const change = { id: "change-1", of: "users", change: "unfreeze", requestedBy: "ann@example.com", at: 1 } as const;
    await recordChange(installation.storage, installation.bucket, { ...change, bodyHash: "h" });
    return installation;
  };
  const verify = async (installation: Awaited<ReturnType<typeof recorded>>) =>
    verifyAudit(installation, { environment: "users" }, keepTerminal());

  it("ends with codes of their own for what is as it was written, for what is not, and for what nobody knows", async () => {
    const installation = await recorded();
    expect(await verify(installation)).toBe(exitCodes.ok);
    const object = "runs/users/change-1.json";
    const text = installation.storage.texts()[object] ?? "";
    const place = { bucket: installation.bucket, object, contentType: "application/json" };
    await installation.storage.write({ ...place, content: text.replace("ann", "eve") });
    expect(await verify(installation)).toBe(exitCodes.broken);
    expect(await verify(installationOf({}))).toBe(exitCodes.unknown);
  });
});

describe("exitCodes", () => {
  it("are told apart, and each is in the README", () => {
    const codes = Object.values(exitCodes);
    expect(new Set(codes).size).toBe(codes.length);
    const [, told = ""] = readFileSync("README.md", "utf8").split("Exit codes:");
    const [table = ""] = told.trimStart().split("\n\n");
    for (const code of codes) expect(table).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
  });
});

describe("writeEvidence", () => {
  it("says of a run that nobody asked for that there is none", async () => {
    const terminal = keepTerminal();
    expect(await writeEvidence(await audited(), { run: "run-2" }, terminal)).toBe(exitCodes.unknown);
    expect(terminal.complained).toEqual(["no run run-2 was requested here"]);
  });

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
