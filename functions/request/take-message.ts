import type { Code } from "../../google/code.ts";
import { type JsonObject, parseJson, textOf, toObject } from "../../google/json.ts";
import { parseSpec } from "../../spec/load.ts";
import { environmentNamePattern } from "../../spec/names.ts";
import { SpecError } from "../../spec/problem.ts";
import type { RequestAccepted, RequestRefused } from "../api.ts";
import { StepError } from "../error.ts";
import { type Envelope, openPushed } from "../pushed.ts";
import { readMessage } from "./message.ts";
import { toProblem } from "./problem.ts";
import { type TellClients, tell } from "./tell.ts";

/** Accepts what a message asks. */
export type Accept = (asked: ReturnType<typeof readMessage>) => Promise<RequestAccepted>;

/**
 * Takes a message of the topic `alloyrun-requests`. Nobody hears what a push is answered, so what can never be done is told
 * as an event and taken from the subscription. Whatever may pass, and a refusal that could not be told, is thrown: Pub/Sub
 * pushes the message again, and at last keeps it with the dead, so that nothing is lost.
 *
 * @throws StepError, ApiError or SpecError for what is to be pushed again
 */
export async function takeMessage(
  push: JsonObject,
  clients: TellClients,
  accept: Accept,
): Promise<RequestAccepted | RequestRefused> {
  const envelope = openPushed(push);
  try {
    return await accept(readMessage(envelope));
  } catch (caught) {
    const { messageId, publishTime: time, attributes } = envelope;
    if (!isFinal(caught) || time === undefined) throw caught;
    const problem = toProblem(caught);
    const { idempotencyKey } = attributes;
    const about = { ...aboutOf(envelope), messageId, ...(idempotencyKey !== undefined && { idempotencyKey }) };
    await tell(clients, {
      type: "request-refused",
      id: `message-${messageId}/refused`,
      time,
      data: { ...about, problem },
    });
    return { refused: problem, ...about };
  }
}

/** Codes with which we refuse what was asked; Google's own refusals may be grants that have not spread. */
const finalCodes: ReadonlySet<Code> = new Set(["INVALID_ARGUMENT", "PERMISSION_DENIED", "NOT_FOUND"]);

/** Reasons that are final whatever their code says, and one that passes when what is asked for has been built. */
const finalReasons: ReadonlySet<string> = new Set(["KEY_REUSED", "PROTECTED", "PROTECTION_UNKNOWN"]);
const passingReasons: ReadonlySet<string> = new Set(["NOT_BUILT"]);

/** Whether the very same message would be refused as long as it is pushed; a freeze, or another run, may end. */
function isFinal(caught: unknown): boolean {
  if (caught instanceof SpecError) return true;
  if (!(caught instanceof StepError)) return false;
  return finalReasons.has(caught.reason) || (finalCodes.has(caught.code) && !passingReasons.has(caught.reason));
}

/** Whom a refused message is about, as far as it can be read: the environment's webhook hears of it. */
function aboutOf({ text }: Pick<Envelope, "text">): { readonly environment?: string; readonly ticket?: string } {
  const data = toObject(parseJson(text));
  const environment = textOf(data?.environment) ?? nameIn(textOf(data?.spec));
  const ticket = textOf(data?.ticket);
  return {
    ...(environment !== undefined && environmentNamePattern.test(environment) && { environment }),
    ...(ticket !== undefined && ticket !== "" && ticket.length <= 100 && { ticket }),
  };
}

function nameIn(spec: string | undefined): string | undefined {
  try {
    return spec === undefined ? undefined : parseSpec(spec).name;
  } catch {
    return undefined;
  }
}
