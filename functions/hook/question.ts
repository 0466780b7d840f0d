import { type FieldChange, valueText } from "../../plan/change.ts";
import { costMeanwhile, costOver, nameSource } from "../../plan/cost.ts";
import type { PlannedChange } from "../../plan/digest.ts";
import { isKept } from "../../plan/kept.ts";
import type { StandingResource } from "../../plan/standing.ts";
import { toDuration } from "../../spec/duration.ts";
import { idOf } from "../../spec/names.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import { requestersOf } from "../plan/requesters.ts";
import { type Html, html } from "./html.ts";
import type { Question } from "./link.ts";
import type { Page } from "./page.ts";

/** Changes, and fields of each, that are listed one by one. */
const mostListed = 40;
const mostFields = 20;

/** The page on which an approver decides: what, what it costs and loses, why it is asked, and by whom. */
export function questionPage(question: Question, told?: { readonly status: number; readonly complaint: string }): Page {
  const { approval } = question;
  const content = html`
${told ? html`<p role="alert"><strong class="bad">${told.complaint}</strong></p>` : html``}
<dl>${factsOf(question).map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}</dl>
${listChanges(question.plan?.changes ?? [])}
<form method="post">
<input type="hidden" name="token" value="${question.token}">
<label for="why">Reason, if there is one to tell</label>
<textarea id="why" name="reason" rows="2" maxlength="1000"></textarea>
<button class="good" name="decision" value="approve">Approve</button>
</form>
<form method="post">
<input type="hidden" name="token" value="${question.token}">
<label for="reason">Reason for rejecting</label>
<textarea id="reason" name="reason" rows="2" maxlength="1000" required></textarea>
<button class="bad" name="decision" value="reject">Reject</button>
</form>
<p class="note">You decide as ${question.link.approver}, once. Plan ${approval.changesHash.slice(0, 12)}.</p>`;
  return { status: told?.status ?? 200, title: `Approve ${whatOf(question)}?`, content };
}

/** The page of a link that cannot be used any more, or was used this moment. */
export function decidedPage(question: Question, status: number): Page {
  const { approval, state } = question;
  const subject = whatOf(question);
  if (state === "expired") {
    const content = html`<p>Nobody decided about ${subject} in time (until ${toTime(approval.expiresAt)}), so it was not done. Whoever wants it asks again.</p>`;
    return { status, title: "This approval has expired", content };
  }
  if (state === "closed") {
    const content = html`<p>The run that asked about ${subject} has ended, so there is nothing to decide. Should it be resumed, it asks anew.</p>`;
    return { status, title: "This approval is closed", content };
  }
  const { decision } = approval;
  const by = decision ? html`<p>By ${decision.by}${decision.reason ? html`: ${decision.reason}` : html``}</p>` : html``;
  const content = html`<p>${sentence(subject)} was ${state}.</p>${by}<p class="note">This link is used up.</p>`;
  return { status, title: state === "approved" ? "Approved" : "Rejected", content };
}

/** The page of what is no link of ours. */
export const unknownPage: Page = {
  status: 404,
  title: "This link is not valid",
  content: html`<p>It is not one that alloyrun made, or it was cut off or changed on the way. Nothing was decided.</p>`,
};

/** The page for when Google, or alloyrun, did not answer as it should. */
export const failedPage: Page = {
  status: 503,
  title: "That did not work",
  content: html`<p>Nothing was decided, as far as is known. Open the link again in a minute.</p>`,
};

/** The person, through the system that asked for them, or by whose schedule it is; and whoever has joined or resumed it. */
function askersOf({ approval, request }: Question): string {
  if (!request) return approval.requesters.join(", ");
  const { requestedBy, onBehalfOf, joinedBy = [], resumedBy = [] } = request;
  const first = onBehalfOf === undefined ? requestedBy : `${onBehalfOf}, through ${requestedBy}`;
  const own = requestersOf(request);
  const schedulers = approval.requesters.filter((requester) => !own.includes(requester));
  const by = schedulers.length > 0 ? `${first}, by the schedule of ${schedulers.join(" and ")}` : first;
  return [by, ...new Set([...joinedBy, ...resumedBy])].join("; also ");
}

function factsOf(question: Question): readonly (readonly [string, Html])[] {
  const { approval, request, plan } = question;
  const { dataLoss = false, downtime = false, costPerDay, expectedSeconds = 0 } = plan?.effects ?? {};
  const { standing = [], timeToLiveSeconds } = plan ?? {};
  const data = dataLoss ? html`<strong class="bad">rows are lost</strong>` : html`no row is lost`;
  const cost =
    costPerDay &&
    html`${usd(costPerDay.before)} → <strong>${usd(costPerDay.after)}</strong> USD, list prices of ${nameSource(costPerDay)}`;
  const meanwhile = plan && costMeanwhile(plan);
  const { moved = [] } = approval;
  return [
    ["Changes", html`${countChanges(plan?.changes ?? [])}`],
    ...(moved.length > 0 ? [["Asked before; since then", listWords(moved)] as const] : []),
    ...(cost ? [["Cost a day", cost] as const] : []),
    ...(meanwhile === undefined
      ? []
      : [
          [
            "Cost meanwhile",
            html`${usd(meanwhile)} USD a day: both clusters stand until the old one is removed`,
          ] as const,
        ]),
    ...totalOf(question),
    ...(timeToLiveSeconds === undefined
      ? []
      : [["Ends", html`${toDuration(timeToLiveSeconds)} after it is ready`] as const]),
    ...(standing.length > 0 ? [["Stays, of older specs", html`<ul>${standing.map(listStanding)}</ul>`] as const] : []),
    ["Takes", html`${timeOf(expectedSeconds)}`],
    ["Data", data],
    ["Meanwhile", downtime ? html`<strong class="bad">it does not answer</strong>` : html`it goes on answering`],
    ["Why asked", listWords(approval.reasons)],
    ["Asked by", html`${askersOf(question)}${request?.ticket ? html`, ticket ${request.ticket}` : html``}`],
    ...(request?.reason ? [["Reason", html`${request.reason}`] as const] : []),
    ["Until", html`${toTime(approval.expiresAt)}`],
  ];
}

/** What it comes to until it expires by itself; without an end, that there is none. */
function totalOf({ approval: { lifeSeconds }, plan }: Question): readonly (readonly [string, Html])[] {
  const { after = 0 } = plan?.effects.costPerDay ?? {};
  if (lifeSeconds === undefined || after === 0) return [];
  const fact =
    lifeSeconds === null
      ? html`that every day: no end is set`
      : html`<strong>${usd(costOver(after, lifeSeconds))}</strong> USD in ${spanOf(lifeSeconds)}, when it expires`;
  return [["Cost in all", fact]];
}

/** As the command line says it: what has nothing to do takes no time. */
function timeOf(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes > 0 ? `about ${minutes} ${minutes === 1 ? "minute" : "minutes"}` : "none";
}

function listWords(words: readonly string[]): Html {
  return html`<ul>${words.map((each) => html`<li>${each}</li>`)}</ul>`;
}

function spanOf(seconds: number): string {
  const hours = seconds / 3600;
  return hours < 48 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(hours / 2.4) / 10} days`;
}

function listStanding({ resource, costPerDay }: StandingResource): Html {
  return html`<li>${idOf(resource)}: ${costPerDay === 0 ? "billed by use" : `${usd(costPerDay)} USD a day`}, until it is removed</li>`;
}

function whatOf({ approval, request, plan }: Pick<Question, "approval" | "request" | "plan">): string {
  const action = plan?.action ?? request?.action ?? "run";
  const level = action === "rebuild" && plan ? ` (${plan.level})` : "";
  return `${action}${level} of ${approval.environment}`;
}

function countChanges(changes: readonly PlannedChange[]): string {
  const counts = new Map<string, number>();
  for (const { action } of changes.filter((change) => !isKept(change)))
    counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} to ${action}`).join(", ") || "nothing to change";
}

function listChanges(changes: readonly PlannedChange[]): Html {
  if (changes.length === 0) return html``;
  const listed = changes.slice(0, mostListed);
  const items = listed.map(
    ({ action, resource, step, fields }) =>
      html`<li>${action} ${idOf(resource)} <small>(${step})</small>${listFields(fields)}</li>`,
  );
  const left = changes.length - listed.length;
  return html`<details><summary>All changes</summary><ul>${items}${left > 0 ? html`<li>and ${left} more</li>` : html``}</ul></details>`;
}

function listFields(fields: readonly FieldChange[]): Html {
  if (fields.length === 0) return html``;
  const items = fields
    .slice(0, mostFields)
    .map(({ path, from, to }) => html`<li>${path}: ${valueText(from)} → ${valueText(to)}</li>`);
  const left = fields.length - items.length;
  return html`<ul>${items}${left > 0 ? html`<li>and ${left} more</li>` : html``}</ul>`;
}

function usd(amount: number): string {
  return amount.toFixed(2);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function toTime(seconds: number): string {
  return `${toTimestamp(seconds).slice(0, 16).replace("T", " ")} UTC`;
}
