import { http, type Request, type Response } from "@google-cloud/functions-framework";
import { functionId } from "../spec/names.ts";
import { inTraceOf } from "./log.ts";

/** Answers one HTTP call of a function. */
export type HttpHandler = (request: Request, response: Response) => Promise<void>;

/**
 * Registers a function, of a step or any other, with the Functions Framework under `alloyrun-<name>`; all that it logs is in the
 * call's trace.
 */
export function registerFunction(name: string, handle: HttpHandler): void {
  http(functionId(name), (request: Request, response: Response) => inTraceOf(request, () => handle(request, response)));
}
