import { http, type Request, type Response } from "@google-cloud/functions-framework";
import { functionId } from "../../spec/names.ts";
import { inTraceOf } from "../log.ts";

/** Answers one HTTP call of a function. */
export type HttpHandler = (request: Request, response: Response) => Promise<void>;

/** Registers a function with the Functions Framework under `alloyrun-<name>`, all that it logs being in the call's trace. */
export function registerFunction(name: string, handle: HttpHandler): void {
  http(functionId(name), (request: Request, response: Response) => inTraceOf(request, () => handle(request, response)));
}
