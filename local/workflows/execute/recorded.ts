import { WorkflowError } from "../fault.ts";
import type { Task } from "../task.ts";
import type { Activation } from "./activation.ts";
import type { NewStep, StepState } from "./history.ts";
import { toPayload } from "./outcome.ts";

/** Runs a part of an execution as an entry of its history; steps inside become the entry's children. */
export function* recorded<T>(
  about: Pick<NewStep, "stepType" | "progress">,
  at: Activation,
  run: (inside: Activation) => Task<T>,
): Task<T> {
  const { history } = at.run;
  const { routine } = at.frame;
  const entry = history.begin({
    ...about,
    routine,
    step: at.step ?? "",
    parent: at.entry,
    threadId: at.thread.id,
  });
  const end = (state: StepState, exception?: string) =>
    history.end(entry, { state, exception, variables: at.run.keepsVariables ? at.scope.visible() : undefined });
  try {
    const result = yield* run({ ...at, entry });
    end("STATE_SUCCEEDED");
    return result;
  } catch (caught) {
    if (caught instanceof WorkflowError) end("STATE_FAILED", toPayload(caught.value));
    else end("STATE_CANCELLED");
    throw caught;
  }
}
