import { describe, expect, it } from "@jest/globals";
import { fenceGuard } from "../../functions/fence.ts";
import { createMemoryStorage } from "../support/memory-storage.ts";

const place = { bucket: "b", object: "locks/e.json" };

describe("fenceGuard", () => {
  it("lets changes pass while the lock is at the generation of the run", async () => {
    const storage = createMemoryStorage();
    const lock = await storage.write({ ...place, content: "{}", contentType: "application/json" });
    const guard = fenceGuard({ fence: { ...place, generation: lock?.generation ?? "" } }, storage);
    await expect(guard()).resolves.toBeUndefined();
  });

  it.each(["taken over", "released"])("stops every change once the lock was %s", async (how) => {
    const storage = createMemoryStorage();
    const lock = await storage.write({ ...place, content: "{}", contentType: "application/json" });
    const guard = fenceGuard(
      { id: "run-1", environment: "e", fence: { ...place, generation: lock?.generation ?? "" } },
      storage,
    );
    if (how === "released") await storage.deleteObject(place.bucket, place.object);
    else await storage.write({ ...place, content: "{}", contentType: "application/json" });
    await expect(guard()).rejects.toMatchObject({ code: "ABORTED", reason: "LOCK_LOST", retryable: false });
  });

  it("lets a run without a lock change nothing", async () => {
    await expect(fenceGuard({}, createMemoryStorage())()).rejects.toMatchObject({ reason: "NO_LOCK" });
  });
});
