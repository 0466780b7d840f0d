import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { chooseAccount } from "../../../local/workload/account.ts";

let root: string;
const file = () => join(root, "checkout", "file");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "account-"));
  chmodSync(root, 0o755);
  mkdirSync(join(root, "checkout"), { mode: 0o755 });
  writeFileSync(file(), "", { mode: 0o644 });
});

afterEach(() => rmSync(root, { recursive: true }));

describe("chooseAccount", () => {
  it("is nobody for root when everything needed is open to others", () => {
    expect(chooseAccount([file(), join(root, "checkout")], 0)).toEqual({ uid: 65534, gid: 65534 });
  });

  it("is the local cloud's own account for an ordinary user", () => {
    expect(chooseAccount([file()], 1000)).toEqual({});
  });

  it("is the local cloud's own account when something lies below a closed folder or is closed itself", () => {
    chmodSync(root, 0o700);
    expect(chooseAccount([file()], 0)).toEqual({});
    chmodSync(root, 0o711);
    expect(chooseAccount([file()], 0)).toEqual({ uid: 65534, gid: 65534 });
    chmodSync(file(), 0o600);
    expect(chooseAccount([file()], 0)).toEqual({});
  });
});
