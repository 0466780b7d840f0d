import { setTimeout as sleep } from "node:timers/promises";

/** What a load of requests saw. */
export interface LoadReport {
  readonly requests: number;
  /** Every answer that was not the application's, as its status, or the error of the connection. */
  readonly failed: readonly string[];
}

/** Requests that go on until they are told to stop. */
export interface Load {
  /** Lets the requests under way end. */
  stop(): Promise<LoadReport>;
}

/** Few enough that the machine's work is still the run's. */
const lanes = 2;
const pauseMs = 25;

/** Asks the example's URL again and again. */
export function startLoad(url: string): Load {
  let isStopping = false;
  let requests = 0;
  const failed: string[] = [];
  const lane = async () => {
    while (!isStopping) {
      requests += 1;
      const failure = await ask(url);
      if (failure !== undefined) failed.push(failure);
      await sleep(pauseMs);
    }
  };
  const running = Array.from({ length: lanes }, lane);
  return {
    async stop() {
      isStopping = true;
      await Promise.all(running);
      return { requests, failed };
    },
  };
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url);
    const body = await answer.text();
    return answer.ok && body.includes("Select Users") ? undefined : `${answer.status} ${body.slice(0, 100)}`;
  } catch (caught) {
    return String(caught instanceof Error ? (caught.cause ?? caught) : caught);
  }
}
