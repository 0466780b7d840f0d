import { setTimeout as delay } from "node:timers/promises";

/** What a load of requests saw. */
export interface LoadReport {
  readonly requests: number;
  /** Every answer that was not what was expected, as `status body` or the error of a connection. */
  readonly failed: readonly string[];
  /** Every body that was expected and came, once. */
  readonly bodies: ReadonlySet<string>;
}

/** Requests that go on until they are told to stop. */
export interface Load {
  /** Lets the requests under way end, and tells what came back. */
  stop(): Promise<LoadReport>;
}

/** Between two requests of a lane, or the load would take all there is from the rebuild that it watches. */
const pauseMs = 10;

/**
 * Asks a URL again and again, several at a time.
 *
 * @param isExpected tells a good answer from a failed one
 */
export function startLoad(
  url: string,
  { lanes, isExpected }: { readonly lanes: number; readonly isExpected: (status: number, body: string) => boolean },
): Load {
  let isStopping = false;
  let requests = 0;
  const failed: string[] = [];
  const bodies = new Set<string>();
  const lane = async () => {
    while (!isStopping) {
      requests += 1;
      try {
        const answer = await fetch(url);
        const body = await answer.text();
        if (isExpected(answer.status, body)) bodies.add(body);
        else failed.push(`${answer.status} ${body.slice(0, 200)}`);
      } catch (caught) {
        failed.push(String(caught instanceof Error ? (caught.cause ?? caught) : caught));
      }
      await delay(pauseMs);
    }
  };
  const running = Array.from({ length: lanes }, lane);
  return {
    async stop() {
      isStopping = true;
      await Promise.all(running);
      return { requests, failed, bodies };
    },
  };
}
