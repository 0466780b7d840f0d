import type { Cloud } from "../cloud.ts";
import { invalid } from "./names.ts";

/** Answers a request that is repeated under its id as it was answered first. */
export interface Requests {
  /**
   * @param requestId a UUID; empty or absent: the request is made in any case
   * @param scope what the id belongs to: the method and the resource
   * @throws ApiError INVALID_ARGUMENT for an id that is no UUID or all zeros
   */
  once<T extends object>(requestId: string | undefined, scope: string, make: () => Promise<T> | T): Promise<T>;
}

interface Answered {
  readonly time: number;
  readonly answer: object;
}

const keptMs = 60 * 60_000;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Makes the memory of requests; an id is remembered for sixty minutes of the clock. */
export function createRequests({ store, clock }: Pick<Cloud, "store" | "clock">): Requests {
  const answered = store.collection<Answered>("alloydb.requests");
  const underWay = new Map<string, Promise<object>>();
  return {
    async once<T extends object>(requestId: string | undefined, scope: string, make: () => Promise<T> | T): Promise<T> {
      if (!requestId) return await make();
      if (!uuidPattern.test(requestId) || /^[0-]+$/.test(requestId)) {
        throw invalid(`request_id "${requestId}" must be a UUID other than zero`);
      }
      const key = `${scope} ${requestId}`;
      const found = answered.get(key);
      if (found && clock.now() - found.time < keptMs) return found.answer as T;
      const same = underWay.get(key);
      if (same) return (await same) as T;
      const made = (async () => make())().finally(() => underWay.delete(key));
      underWay.set(key, made);
      const answer = await made;
      answered.put(key, { time: clock.now(), answer });
      return answer;
    },
  };
}
