import { describe, expect, it } from "@jest/globals";
import { createGate } from "../../../local/workload/gate.ts";

describe("createGate", () => {
  it("lets in as many as it is wide, the next when one leaves, also by failing", async () => {
    const gate = createGate(2);
    const leave: ((failure?: Error) => void)[] = [];
    const work = () =>
      new Promise<void>((resolve, reject) => leave.push((failure) => (failure ? reject(failure) : resolve())));
    const all = Array.from({ length: 4 }, () => gate.run(work));
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect(leave).toHaveLength(2);
    leave[0]?.(new Error("failed"));
    await expect(all[0]).rejects.toThrow("failed");
    await settle();
    expect(leave).toHaveLength(3);
    for (const one of leave.slice(1)) one();
    await settle();
    leave[3]?.();
    await Promise.all(all.slice(1));
  });
});
