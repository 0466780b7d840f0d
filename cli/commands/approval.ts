import type { ApprovalView, RunView } from "../../functions/api.ts";
import { commandLine } from "../../spec/command-line.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { renderQuestion } from "../view/question.ts";
import { renderWay } from "../view/way.ts";

/** A decision about what a run asks. */
interface DecisionOptions {
  /** Id of an approval, or of the run that asks. */
  readonly target: string;
  readonly verb: "approve" | "reject";
  readonly reason?: string;
  /** Hash of the plan that was looked at; approving without it is confirmed at the terminal. */
  readonly plan?: string;
}

/** Shows what a run asks, and decides about exactly that: approves only what somebody says that they have looked at. */
export async function decide(
  installation: Installation,
  options: DecisionOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { requests, place } = installation;
  const { target, verb, reason } = options;
  const asker = await askerOf(installation, target);
  const id = asker ? asker.approval?.id : target;
  if (id === undefined) {
    const look = commandLine(place, "watch", target);
    terminal.complain([`The run ${target} ${whyNothing(asker)}.`, ...renderWay("See how it stands", look)]);
    return exitCodes.invalid;
  }
  const approval = await requests.getApproval(id);
  const { run, changesHash } = approval;
  terminal.say(renderQuestion(await requests.getRun(run), approval));
  if (verb === "approve" && !(await isLookedAt(approval, { installation, options, terminal })))
    return exitCodes.invalid;
  const decided = await requests.decide(id, verb, { reason, changesHash });
  terminal.answer(decided);
  const ending = verb === "approve" ? "The run goes on" : "The run ends, and nothing is changed";
  terminal.say([`${decided.state} by ${decided.by}.`, ...renderWay(ending, commandLine(place, "watch", run))]);
  return exitCodes.ok;
}

interface Asking {
  readonly installation: Installation;
  readonly options: DecisionOptions;
  readonly terminal: Terminal;
}

/** Whether a person says that this plan is the one which they approve; complains when not. */
async function isLookedAt(
  { run, environment, changesHash }: ApprovalView,
  { installation: { place }, options: { target, plan }, terminal }: Asking,
): Promise<boolean> {
  if (plan === changesHash) return true;
  if (plan !== undefined) {
    const look = commandLine(place, "watch", run);
    terminal.complain([`Nothing was decided: the run asks about plan ${changesHash}.`, `Look at it again: ${look}`]);
    return false;
  }
  if (terminal.ask) {
    if ((await terminal.ask(`Type ${environment} to approve exactly this: `)) === environment) return true;
    terminal.complain(["Nothing was decided."]);
    return false;
  }
  terminal.complain([
    "Nothing was decided: nobody is there to confirm it. Say which plan you have looked at:",
    `  ${commandLine(place, "approve", target, "--plan", changesHash)}`,
  ]);
  return false;
}

/** The run that a target is the id of; undefined when it is that of an approval. */
async function askerOf({ requests }: Installation, target: string): Promise<RunView | undefined> {
  return /^run-[0-9a-f]{20}$/.test(target) ? requests.getRun(target) : undefined;
}

/** Why there is nothing to decide about: whether a run asks, only what it has planned tells. */
function whyNothing(run: RunView | undefined): string {
  if (run && run.plan === undefined && changing.has(run.action)) {
    if (run.state === "queued") return "has not asked yet: it waits for its turn";
    if (run.state === "running") return "has not asked yet: it is still planning";
  }
  return "asks for no approval";
}

const changing: ReadonlySet<RunView["action"]> = new Set(["up", "rebuild", "down"]);
