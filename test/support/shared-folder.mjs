import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder for what the suites of one run of jest share; `ALLOYRUN_SHARED_FOLDER` names it while that lasts. */
export default function makeSharedFolder() {
  const folder = mkdtempSync(join(tmpdir(), "alloyrun-shared-"));
  // The servers of databases run as another user when this one is root, and have to get to their data.
  chmodSync(folder, 0o711);
  process.env.ALLOYRUN_SHARED_FOLDER = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
}
