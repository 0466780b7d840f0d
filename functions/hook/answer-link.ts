import type { Request, Response } from "@google-cloud/functions-framework";
import { toStepError } from "../error.ts";
import type { Log } from "../log.ts";
import { type Choice, decideByLink, isOwnDecision, type LinkClients, openLink, type Question } from "./link.ts";
import { type Page, sendPage } from "./page.ts";
import { decidedPage, failedPage, questionPage, unknownPage } from "./question.ts";

/** A visit to a link. */
export interface LinkVisit {
  readonly request: Pick<Request, "method" | "body">;
  readonly response: Response;
  readonly log: Log;
  readonly clients: LinkClients;
}

/** Answers a visit to a link with a page: looking changes nothing, only what is posted decides. */
export async function answerLink(token: string, { request, response, log, clients }: LinkVisit): Promise<void> {
  try {
    const question = await openLink(token, clients);
    const page = question ? await pageOf(question, { token, request, clients }) : unknownPage;
    log(page.status < 400 ? "INFO" : "WARNING", `${request.method} of a link: ${page.status}`, aboutOf(question));
    sendPage(response, page);
  } catch (caught) {
    log("ERROR", `${request.method} of a link: ${toStepError(caught).message}`);
    sendPage(response, failedPage);
  }
}

async function pageOf(
  question: Question,
  { token, request, clients }: Pick<LinkVisit, "request" | "clients"> & { readonly token: string },
): Promise<Page> {
  if (request.method !== "POST") {
    return question.state === "open" ? questionPage(question) : decidedPage(question, 410);
  }
  const choice = readChoice(request.body);
  if (question.state !== "open") {
    if (choice && isOwnDecision(question, choice)) await decideByLink(question, choice, clients);
    return decidedPage(question, 410);
  }
  if (!choice) return questionPage(question, { status: 400, complaint: "Approve, or reject with a reason." });
  const taken = await decideByLink(question, choice, clients);
  if (taken.state === "refused") {
    const present = (await openLink(token, clients)) ?? question;
    if (present.state !== "open") return decidedPage(present, 410);
    return questionPage(present, { status: 409, complaint: taken.why });
  }
  const decision = { ...choice, by: question.link.approver, at: "" };
  return decidedPage({ ...question, state: choice.state, approval: { ...question.approval, decision } }, 200);
}

/** What the form says; undefined when it says nothing that can be done. */
function readChoice(body: unknown): Choice | undefined {
  const { decision, reason } =
    typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const said = typeof reason === "string" ? reason.trim().slice(0, 1000) : "";
  if (decision === "approve") return { state: "approved" };
  return decision === "reject" && said !== "" ? { state: "rejected", reason: said } : undefined;
}

function aboutOf(question: Question | undefined): object {
  return question ? { approval: question.link.approval, approver: question.link.approver } : {};
}
