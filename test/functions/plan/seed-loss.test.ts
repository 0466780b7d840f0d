import { beforeEach, describe, expect, it } from "@jest/globals";
import { withSeedLoss } from "../../../functions/plan/seed-loss.ts";
import { reasonsToAsk } from "../../../plan/approval.ts";
import type { Change } from "../../../plan/change.ts";
import { digestOf } from "../../../plan/digest.ts";
import { lossesOf } from "../../../plan/loss.ts";
import { planOf, stepOf } from "../../plan/context.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { nameOf, pack } from "../jobs/seed/pack.ts";

const users = "CREATE TABLE users (id int);\nINSERT INTO users VALUES (1);\n";
const serves = { database: 1, cluster: 1 };
const effects = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 40 };
const seeding: Change = { resource: "job", action: "update", fields: [{ path: "seed" }], effects };

describe("withSeedLoss", () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = createMemoryStorage();
  });

  async function upload(files: Readonly<Record<string, string>>): Promise<string> {
    const packed = pack(files);
    await storage.write({ bucket: "b", object: nameOf(packed), content: packed, contentType: "application/gzip" });
    return nameOf(packed);
  }

  async function changesOf(
    object: string,
    { seed, action = "rebuild", ...more }: { seed?: string; serves?: typeof serves; action?: "up" | "rebuild" } = {},
  ) {
    const step = { ...stepOf(planOf(), "seed"), title: "", function: "", input: { seed: { object } } };
    const plan = { steps: [step] };
    const ledger = { serves, seed, ...more };
    const told = await withSeedLoss(storage, {
      ...{ bucket: "b", plan, ledger, action, generations: serves, changes: { seed: [seeding] } },
    });
    return told.seed ?? [];
  }

  it("says which statement of which new file may cost rows of a database in use", async () => {
    const seed = await upload({ "001.sql": users });
    const object = await upload({ "001.sql": users, "002.sql": "INSERT INTO users VALUES (2);\nDELETE FROM users;" });
    const [change] = await changesOf(object, { seed });
    expect(change).toMatchObject({ effects: { dataLoss: true } });
    expect(change?.fields).toEqual([
      { path: "seed 002.sql", to: "statement 2, line 2, may lose rows: DELETE FROM users" },
      { path: "seed" },
    ]);
  });

  it("leaves alone what only creates and inserts, and files that were applied, whatever they say", async () => {
    const seed = await upload({ "001.sql": `${users}DELETE FROM users;` });
    const object = await upload({ "001.sql": `${users}DELETE FROM users;`, "002.sql": users });
    expect(await changesOf(object, { seed })).toEqual([seeding]);
    expect(await changesOf(seed, { seed })).toEqual([seeding]);
  });

  it("leaves alone a database that nobody uses yet", async () => {
    const object = await upload({ "001.sql": "TRUNCATE users;" });
    expect(await changesOf(object, { serves: { database: 2, cluster: 1 } })).toEqual([seeding]);
  });

  it("takes for used what serves by a rebuild that was cancelled, and all files for new to that", async () => {
    const object = await upload({ "001.sql": "TRUNCATE users;" });
    const [change] = await changesOf(object, { seed: object, action: "up", serves: { database: 2, cluster: 1 } });
    expect(change).toMatchObject({ effects: { dataLoss: true }, fields: [{ path: "seed 001.sql" }, { path: "seed" }] });
  });

  it("counts as a loss a changed file, one it cannot take apart, and an archive it cannot read", async () => {
    const seed = await upload({ "001.sql": users });
    const changed = await upload({ "001.sql": `${users}UPDATE users SET id = 2;` });
    const lost = { effects: { dataLoss: true } };
    expect(await changesOf(changed, { seed })).toMatchObject([
      { ...lost, fields: [{ path: "seed 001.sql", from: "as it was applied" }, {}] },
    ]);
    const open = await upload({ "001.sql": users, "002.sql": "INSERT INTO users VALUES ('2);" });
    const says = "may lose rows, for it cannot be read: line 1 a string is never closed";
    expect(await changesOf(open, { seed })).toMatchObject([{ ...lost, fields: [{ to: says }, {}] }]);
    expect(await changesOf("seeds/none.tgz", { seed })).toMatchObject([
      { ...lost, fields: [{ path: "seed files" }, {}] },
    ]);
  });

  it("takes all files for new where those of then are not known", async () => {
    const object = await upload({ "001.sql": "UPDATE users SET id = 2;" });
    expect(await changesOf(object)).toMatchObject([{ effects: { dataLoss: true } }]);
  });

  it("is bound to the hash, and the reason to be asked names the file", async () => {
    const object = await upload({ "001.sql": "UPDATE users SET id = 2;" });
    const plan = planOf();
    const digest = (seed: readonly Change[]) =>
      digestOf({
        ...{ plan, action: "up", level: "app", generations: serves, changes: { seed } },
        reasonsOf: (all, changes) =>
          reasonsToAsk({ when: ["data-loss"], approvers: [], timeoutSeconds: 60 }, all, lossesOf(changes)),
      });
    const lossy = digest(await changesOf(object));
    expect(lossy.changesHash).not.toBe(digest([seeding]).changesHash);
    expect(lossy.reasons).toEqual([
      "rows are lost",
      "seed 001.sql: statement 1, line 1, may lose rows: UPDATE users SET id",
    ]);
  });
});
