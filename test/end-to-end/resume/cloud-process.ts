import { join } from "node:path";
import { startLocalCloud } from "../../../local/main.ts";
import { warmApis } from "../../support/warm-functions.ts";
import { drawOf, type Stop } from "./boundary.ts";
import { createGate } from "./gate.ts";
import { takeStanding } from "./standing.ts";
import { processesOf } from "./victims.ts";

/*
 * A local cloud in a process of its own, whose calls can be held and which tells of itself over the channel to its
 * parent. Arguments: the state directory, and the snapshot to begin as, if any.
 */

/** What the parent may ask for; each is answered once. */
export type Question =
  | { readonly ask: "arm"; readonly stop: Stop }
  | { readonly ask: "release"; readonly how: "go" | "drop"; readonly next?: Stop }
  /** Takes a snapshot before a share of the calls with an effect, as the seed draws, below the directory. */
  | { readonly ask: "keep"; readonly directory: string; readonly share: number; readonly seed: string }
  | { readonly ask: "advance"; readonly seconds: number }
  | { readonly ask: "snapshot"; readonly directory: string }
  | { readonly ask: "standing"; readonly environment: string }
  | { readonly ask: "processes" }
  | { readonly ask: "journal"; readonly from: number }
  /** Answers when the execution has ended. */
  | { readonly ask: "end"; readonly execution: string }
  | { readonly ask: "environment"; readonly project: string }
  | { readonly ask: "stop" };

/** What comes back. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

const [, , state = "", from = ""] = process.argv;
const gate = createGate();
const guarded = warmApis.map((create) => gate.wrap(create));
const stopAtStart = process.env.STOP_AT === undefined ? undefined : (JSON.parse(process.env.STOP_AT) as Stop);
if (stopAtStart) void gate.arm(stopAtStart).then(() => process.send?.({ reached: true }));
// Google's own repair of a server takes no time of its own, or a held call would make all wait for it.
const repair = { on: "operation", match: "*restart*", effect: { kind: "slow", factor: 0 } };
const options = {
  faults: { faults: [repair] },
  state,
  apis: guarded,
  ...(from && { from }),
  project: "my-project",
  offline: true,
};
const local = await startLocalCloud(options);
const executions = local.cloud.store.collection<{ readonly state?: string }>("workflows.executions");

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "arm":
      void gate.arm(question.stop).then(() => process.send?.({ reached: true }));
      return undefined;
    case "release":
      if (!question.next) return gate.release(question.how);
      void gate.releaseTo(question.next, question.how).then(() => process.send?.({ reached: true }));
      return undefined;
    case "keep":
      return keepSnapshots(question);
    case "advance":
      return local.cloud.clock.advance(question.seconds * 1000);
    case "snapshot":
      return local.snapshot(question.directory);
    case "standing":
      return takeStanding(local, question.environment);
    case "processes": {
      const { functions, ...others } = processesOf(process.pid, local.cloud.directory);
      return { ...others, functions: Object.fromEntries(functions) };
    }
    case "journal":
      return local.journal.entries(question.from);
    case "end":
      return ended(question.execution);
    case "environment":
      return local.environment({ project: question.project });
    case "stop":
      await local.stop();
      setImmediate(() => process.disconnect());
      return undefined;
  }
}

function keepSnapshots({ directory, share, seed }: Question & { readonly ask: "keep" }): void {
  gate.onEffect(({ caller, method, nth }) => {
    if (drawOf(seed, caller, method, nth) < share) local.snapshot(join(directory, snapshotName(caller, method, nth)));
  });
}

function snapshotName(...parts: readonly (string | number)[]): string {
  return encodeURIComponent(parts.join(" "));
}

/** The execution's name has the project's number in it, its record the project's id. */
async function ended(execution: string): Promise<string | undefined> {
  const id = execution.split("/").at(-1) ?? "";
  const stateOf = () => executions.list().find(([name]) => name.endsWith(`/${id}`))?.[1].state;
  for (;;) {
    const present = stateOf();
    if (present !== "ACTIVE" && present !== "QUEUED") return present;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

process.on("message", ({ id, question }: { readonly id: number; readonly question: Question }) => {
  answer(question).then(
    (value) => process.send?.({ id, value } satisfies Answer),
    (caught) => process.send?.({ id, error: String(caught) } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit(0));
const { projectNumber } = local.cloud.projects.ensure("my-project");
process.send?.({ ready: { url: local.url, projectNumber } });
