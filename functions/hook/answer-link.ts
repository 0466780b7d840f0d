import type { Request, Response } from "@google-cloud/functions-framework";
import { toStepError } from "../error.ts";
import type { Log } from "../log.ts";
import { arrivalPage } from "./arrival.ts";
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

/**
 * Answers a visit to a link with a page. A GET is answered the same whoever comes; what the link is about is shown to who
 * posts its token, and what is chosen with it decides.
 */
export async function answerLink({ request, response, log, clients }: LinkVisit): Promise<void> {
  if (request.method !== "POST") return sendPage(response, arrivalPage);
  try {
    const form = toForm(request.body);
    const question = await openLink(tokenIn(form), clients);
    const page = question ? await pageOf(question, { form, clients }) : unknownPage;
    log(page.status < 400 ? "INFO" : "WARNING", `visit to a link: ${page.status}`, aboutOf(question));
    sendPage(response, page);
  } catch (caught) {
    log("ERROR", `visit to a link: ${toStepError(caught).message}`);
    sendPage(response, failedPage);
  }
}

type Form = Readonly<Record<string, unknown>>;

function toForm(body: unknown): Form {
  return typeof body === "object" && body !== null ? (body as Form) : {};
}

/** People without JavaScript paste the whole link. */
function tokenIn({ token }: Form): string {
  return typeof token === "string" ? (token.trim().split("#").at(-1) ?? "") : "";
}

async function pageOf(
  question: Question,
  { form, clients }: Pick<LinkVisit, "clients"> & { readonly form: Form },
): Promise<Page> {
  if (form.decision === undefined) {
    return question.state === "open" ? questionPage(question) : decidedPage(question, 410);
  }
  const choice = readChoice(form);
  if (question.state !== "open") {
    if (choice && isOwnDecision(question, choice)) await decideByLink(question, choice, clients);
    return decidedPage(question, 410);
  }
  if (!choice) return questionPage(question, { status: 400, complaint: "Approve, or reject with a reason." });
  const taken = await decideByLink(question, choice, clients);
  if (taken.state === "refused") {
    const present = (await openLink(question.token, clients)) ?? question;
    if (present.state !== "open") return decidedPage(present, 410);
    return questionPage(present, { status: 409, complaint: taken.why });
  }
  const decision = { ...choice, by: question.link.approver, at: "" };
  return decidedPage({ ...question, state: choice.state, approval: { ...question.approval, decision } }, 200);
}

/** What the form says; undefined when it says nothing that can be done. */
function readChoice({ decision, reason }: Form): Choice | undefined {
  const said = typeof reason === "string" ? reason.trim().slice(0, 1000) : "";
  if (decision === "approve") return { state: "approved", ...(said !== "" && { reason: said }) };
  return decision === "reject" && said !== "" ? { state: "rejected", reason: said } : undefined;
}

function aboutOf(question: Question | undefined): object {
  return question ? { approval: question.link.approval, approver: question.link.approver } : {};
}
