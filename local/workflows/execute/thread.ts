import type { RunThread } from "./activation.ts";
import { createEffects } from "./effects.ts";
import type { Host, ThreadHold } from "./host.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a thread is made of. */
interface ThreadOptions {
  readonly id: number;
  readonly hold: () => ThreadHold;
  readonly signal: AbortSignal;
  readonly host: Host;
  readonly scheduler: Scheduler;
}

/** Makes a thread that works, and so holds the clock. */
export function createThread({ id, hold, signal, host, scheduler }: ThreadOptions): RunThread {
  let present = hold();
  const thread = {
    id,
    signal,
    get hold() {
      return present;
    },
  };
  return Object.assign(thread, {
    effects: createEffects({ host, scheduler, thread }),
    rest: () => present.release(),
    resume() {
      present = hold();
    },
  });
}
