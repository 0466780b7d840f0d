import type { Request, Response } from "@google-cloud/functions-framework";
import { createAuth, unguarded } from "../../google/auth.ts";
import { connectRunSite } from "../../google/clients/run-site.ts";
import { connectSecretManager } from "../../google/clients/secret-manager.ts";
import { connectStorage } from "../../google/clients/storage.ts";
import { functionUrl } from "../../spec/names.ts";
import { StepError } from "../error.ts";
import { answerLink } from "../hook/answer-link.ts";
import { forward } from "../hook/forward.ts";
import type { LinkClients } from "../hook/link.ts";
import { toTicketProblem } from "../hook/origin.ts";
import { takeTicket } from "../hook/take.ts";
import type { Log } from "../log.ts";
import { once } from "../once.ts";
import { problemType } from "../request/problem.ts";
import { WrongMethodError } from "../request/wrong-method.ts";
import { hubSignatureHeader, signatureHeader } from "../signature.ts";
import { openDoor } from "./door.ts";
import { readInstallation } from "./installation.ts";

/**
 * The installation's public door, there only where it was deployed. Takes signed messages of ticket systems and the use of
 * signed approval links, and asks the request function in the name of its own account.
 */
openDoor("hook", answerHook);

async function answerHook(request: Request, response: Response, log: Log): Promise<void> {
  const { method, path } = request;
  const [, environment, name] = /^\/v1\/hooks\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const isTicket = environment !== undefined && name !== undefined;
  const allowed = isTicket ? ["POST"] : path === "/a" ? ["GET", "HEAD", "POST"] : [];
  if (allowed.length > 0 && !allowed.includes(method)) throw new WrongMethodError({ path, method, allowed });
  if (isTicket) return postTicket({ environment, name }, { request, response, log });
  if (allowed.length > 0) return answerLink({ request, response, log, clients: openClients() });
  throw new StepError({ code: "NOT_FOUND", reason: "NO_ROUTE", message: "there is nothing here" });
}

async function postTicket(
  webhook: { readonly environment: string; readonly name: string },
  { request, response, log }: { readonly request: Request; readonly response: Response; readonly log: Log },
): Promise<void> {
  const body = request.rawBody ?? Buffer.alloc(0);
  const [signature, hubSignature] = [request.get(signatureHeader), request.get(hubSignatureHeader)];
  const message = { ...webhook, signature, hubSignature, body };
  const { originOf, ...asked } = await takeTicket(message, openClients(), log);
  const answer = await forward({ path: "/v1/requests", ...asked }, openClients());
  const { status } = answer.body;
  // The path alone would be looked for at this door, where nothing is told to who has no signature.
  const statusUrl =
    answer.status === 202 ? `${functionUrl("request", openClients().installation)}${String(status)}` : undefined;
  log("INFO", `ticket of ${webhook.environment}/${webhook.name}: ${answer.status}`, {
    ...{ ticket: asked.body.ticket, environment: webhook.environment, run: answer.body.run },
  });
  const type = answer.status < 400 ? "application/json" : problemType;
  response
    .status(answer.status)
    .type(type)
    .send(JSON.stringify({ ...toTicketProblem(answer.body, originOf), statusUrl }));
}

const openClients = once((): LinkClients => {
  const auth = createAuth();
  return {
    installation: readInstallation(process.env),
    storage: connectStorage(auth)(unguarded),
    secretManager: connectSecretManager(auth)(unguarded),
    site: connectRunSite(auth)(unguarded),
  };
});
