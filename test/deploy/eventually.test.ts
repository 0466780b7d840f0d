import { describe, expect, it } from "@jest/globals";
import { awaitOperation, type Patience, persist, untilDefined } from "../../deploy/eventually.ts";
import type { Code } from "../../google/code.ts";
import { ApiError } from "../../google/error.ts";
import { OperationError } from "../../google/operation.ts";
import type { Rest } from "../../google/rest.ts";

function waiting(attempts = 5): Patience & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return { attempts, pauses, pause: async (ms) => pauses.push(ms) };
}

function refusal(code: Code): ApiError {
  return new ApiError({ method: "m", resource: "r", code, text: "said Google" });
}

/** Throws or returns what it is given, one after the other. */
function script<Value>(...answers: (Value | Error)[]): { calls: number; ask: () => Promise<Value> } {
  const made = {
    calls: 0,
    async ask(): Promise<Value> {
      const answer = answers[Math.min(made.calls, answers.length - 1)] as Value | Error;
      made.calls += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return made;
}

const isEarly = (error: ApiError) => error.code === "NOT_FOUND";

describe("persist", () => {
  it("gives the first answer without a pause", async () => {
    const patience = waiting();
    expect(await persist(isEarly, script("yes").ask, patience)).toBe("yes");
    expect(patience.pauses).toEqual([]);
  });

  it("repeats the call while the refusal is one that passes, with growing pauses", async () => {
    const patience = waiting();
    const call = script<string>(refusal("NOT_FOUND"), refusal("NOT_FOUND"), "yes");
    expect(await persist(isEarly, call.ask, patience)).toBe("yes");
    expect(call.calls).toBe(3);
    expect(patience.pauses).toEqual([250, 325]);
  });

  it.each([refusal("PERMISSION_DENIED"), new Error("not Google's")])("does not repeat after %s", async (error) => {
    const call = script<string>(error);
    await expect(persist(isEarly, call.ask, waiting())).rejects.toBe(error);
    expect(call.calls).toBe(1);
  });

  it("gives up after its attempts with the refusal itself", async () => {
    const call = script<string>(refusal("NOT_FOUND"));
    await expect(persist(isEarly, call.ask, waiting(4))).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(call.calls).toBe(5);
  });
});

describe("untilDefined", () => {
  it("asks until there is an answer, false and 0 being answers", async () => {
    const ask = script<number | undefined>(undefined, undefined, 0);
    expect(await untilDefined({ what: "it", patience: waiting() }, ask.ask)).toBe(0);
    expect(ask.calls).toBe(3);
  });

  it("says what has not become so", async () => {
    const ask = script<number | undefined>(undefined);
    const outcome = untilDefined({ what: "the image", patience: waiting(3) }, ask.ask);
    await expect(outcome).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", resource: "the image" });
    expect(ask.calls).toBe(3);
  });

  it("never pauses longer than ten seconds", async () => {
    const patience = waiting(30);
    await expect(untilDefined({ what: "it", patience }, async () => undefined)).rejects.toThrow();
    expect(Math.max(...patience.pauses)).toBe(10_000);
  });
});

describe("awaitOperation", () => {
  const operation = {
    name: "operations/7",
    url: "https://run.googleapis.com/v2/operations/7",
    style: "longrunning",
  } as const;

  function restOf(...bodies: (object | undefined)[]) {
    const reads = script<object | undefined>(...(bodies as object[]));
    const rest = { findJson: reads.ask } as Pick<Rest, "findJson"> as Rest;
    return { rest, reads };
  }

  it("reads the operation until it is done", async () => {
    const { rest, reads } = restOf({}, { done: false }, { done: true, response: {} });
    await awaitOperation(rest, operation, waiting());
    expect(reads.calls).toBe(3);
  });

  it("takes an operation that Google no longer keeps for ended", async () => {
    const { rest, reads } = restOf({}, undefined);
    await awaitOperation(rest, operation, waiting());
    expect(reads.calls).toBe(2);
  });

  it("fails as the operation failed", async () => {
    const { rest } = restOf({ done: true, error: { code: 8, message: "quota" } });
    const outcome = awaitOperation(rest, operation, waiting());
    await expect(outcome).rejects.toBeInstanceOf(OperationError);
    await expect(outcome).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED", operation: "operations/7" });
  });

  it("gives up on an operation that never ends, naming it", async () => {
    const { rest } = restOf({});
    await expect(awaitOperation(rest, operation, waiting(3))).rejects.toThrow(
      /operation operations\/7.*DEADLINE_EXCEEDED/,
    );
  });
});
