import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import type { Caller } from "./caller.ts";
import { failureOf, settle } from "./settle.ts";

/** Calls methods one after another where each has to succeed. */
export interface Actor {
  readonly local: LocalCloud;
  /** What the ids of the scenario begin with: each transport's are its own. */
  readonly stem: string;
  /** Calls a method that answers at once, and expects the answer to hold what is given. */
  do(method: string, request: JsonObject, expected?: JsonObject): Promise<JsonObject>;
  /** Calls a method that starts an operation, and gives what that ended with: its response, or Compute Engine's record. */
  operate(method: string, request: JsonObject, expected?: JsonObject): Promise<JsonObject>;
  /** Waits on the cloud's clock for an operation that `do` was answered with, and reads it. */
  ended(host: string, operation: JsonObject): Promise<JsonObject>;
}

/** One life of resources, told call by call. */
export interface Scenario {
  readonly title: string;
  run(actor: Actor): Promise<void>;
}

const { methods } = loadModel();

/** An actor that speaks through a caller. */
export function createActor(local: LocalCloud, caller: Caller): Actor {
  const call = async (method: string, request: JsonObject) => {
    const answer = await caller.call(method, request);
    expect({ method, refusal: answer.refusal }).toEqual({ method, refusal: undefined });
    return answer;
  };
  return {
    local,
    stem: caller.transport.toLowerCase(),
    async do(method, request, expected = {}) {
      const { value } = await call(method, request);
      expect(value).toMatchObject(expected);
      return value;
    },
    ended: (host, value) => settle(caller, host, { value }),
    async operate(method, request, expected = {}) {
      const [host = ""] = methods[method]?.hosts ?? [];
      const isCompute = host === "compute.googleapis.com";
      const ended = await settle(caller, isCompute ? "compute" : host, await call(method, request));
      expect({ method, failure: failureOf(ended) }).toEqual({ method, failure: undefined });
      const given = isCompute ? ended : isJsonObject(ended.response) ? ended.response : {};
      expect(given).toMatchObject(expected);
      return given;
    },
  };
}
