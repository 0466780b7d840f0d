import { describe, expect, it } from "@jest/globals";
import { buildProgram } from "../../../local/workflows/build.ts";
import { startExecution } from "../../../local/workflows/execute/execution.ts";
import type { StepRecord } from "../../../local/workflows/execute/history.ts";
import type { Host, ThreadHold } from "../../../local/workflows/execute/host.ts";
import type { JournalEntry } from "../../../local/workflows/execute/journal.ts";
import type { Outcome } from "../../../local/workflows/execute/outcome.ts";

const source = `
main:
  steps:
    - start:
        assign:
          - order: []
          - id: \${uuid.generate()}
    - race:
        parallel:
          shared: [order]
          for:
            value: n
            in: [3, 1, 2]
            steps:
              - fetch: {call: http.get, args: {url: '\${"https://a.test/" + string(n)}'}, result: answer}
              - pause: {call: sys.sleep, args: {seconds: '\${n}'}}
              - note: {assign: [{order: '\${list.concat(order, answer.body.n)}'}]}
              - log: {call: sys.log, args: {text: '\${string(n)}'}}
    - spin:
        for: {value: i, range: [1, 700], steps: [{count: {assign: [{last: '\${i}'}]}}]}
    - listen: {call: events.create_callback_endpoint, result: callback}
    - wait:
        try: {call: events.await_callback, args: {callback: '\${callback}', timeout: 5}, result: request}
        except: {as: e, steps: [{tell: {call: sys.log, args: {json: '\${e}'}}}]}
    - done: {return: ['\${order}', '\${id}', '\${callback.url}', '\${sys.now()}']}
`;

interface Ran {
  readonly outcome: Outcome;
  readonly steps: readonly StepRecord[];
  readonly journal: readonly JournalEntry[];
  readonly calls: readonly string[];
}

const hold: ThreadHold = { sleep: async () => undefined, during: (wait) => wait(), release: () => undefined };

/** Runs the definition against a world in which waits end in an order of its own. */
async function run(past: readonly JournalEntry[] = []): Promise<Ran> {
  const calls: string[] = [];
  const journal: JournalEntry[] = [...past];
  let now = past.length === 0 ? 1_000_000 : 9_000_000;
  const turns = (count: number): Promise<void> =>
    count === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => setImmediate(resolve)).then(() => turns(count - 1));
  const host: Host = {
    now: () => (now += 7),
    env: () => undefined,
    uuid: () => `uuid-${calls.push("uuid")}`,
    async sleepUntil(timeMs) {
      calls.push(`sleep ${timeMs}`);
      await turns(timeMs % 5);
    },
    async fetch({ url }) {
      calls.push(`fetch ${url.pathname}`);
      await turns(url.pathname === "/1" ? 5 : 1);
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: Buffer.from(`{"n": ${url.pathname.slice(1)}}`),
      };
    },
    authorize: async () => "Bearer none",
    log: ({ data }) => void calls.push(`log ${String(data)}`),
    createCallback: () => `https://callbacks.test/${calls.push("createCallback")}`,
    awaitCallback: async (url, untilMs) => void calls.push(`await ${url} ${untilMs}`),
  };
  const execution = startExecution({
    program: buildProgram(source),
    argument: null,
    host,
    hold: () => hold,
    journal: { past, append: (entry) => void journal.push(JSON.parse(JSON.stringify(entry))) },
  });
  return { outcome: await execution.outcome, steps: execution.steps(), journal, calls };
}

describe("an execution with a journal", () => {
  it("is repeated from all of it without asking the world", async () => {
    const first = await run();
    expect(first.outcome.state).toBe("SUCCEEDED");
    const second = await run(first.journal);
    expect(second).toEqual({ ...first, calls: [] });
  });

  it("goes on from any part of it as it would have gone", async () => {
    const first = await run();
    for (let length = 1; length < first.journal.length; length += 1) {
      const past = first.journal.slice(0, length);
      const second = await run(past);
      expect(second.outcome.state).toBe("SUCCEEDED");
      expect(second.journal.slice(0, length)).toEqual(past);
      expect(second.calls.length).toBeLessThanOrEqual(first.calls.length);
      expect(second.steps.length).toBe(first.steps.length);
    }
  });

  it("fails when the journal is another execution's", async () => {
    const { journal } = await run();
    const { outcome } = await run(journal.toSpliced(3, 1));
    expect(outcome).toMatchObject({
      state: "FAILED",
      error: { context: expect.stringContaining("the journal does not belong to this execution") },
    });
  });
});
