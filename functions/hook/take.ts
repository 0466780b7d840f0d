import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson } from "../../google/json.ts";
import { parseSpec } from "../../spec/load.ts";
import { environmentNamePattern } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { TicketSpec } from "../../spec/schema.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError, toStepError } from "../error.ts";
import { readHookSecret } from "../hook-secret.ts";
import type { Log } from "../log.ts";
import { badField, demandObject } from "../parse.ts";
import { isRecent, isSignedBy, parseHubSignature, parseSignature } from "../signature.ts";
import { type TicketRequest, toTicketRequest } from "./ticket.ts";

/** A message of a ticket system, as it came. */
export interface TicketMessage {
  readonly environment: string;
  /** Name of the webhook in the environment's spec. */
  readonly name: string;
  /** `X-Alloyrun-Signature`. */
  readonly signature: string | undefined;
  /** `X-Hub-Signature`, which counts where the other is not sent. */
  readonly hubSignature?: string | undefined;
  /** The exact bytes of the body, which are what was signed. */
  readonly body: Uint8Array;
}

/** What taking a message works with. */
export interface TicketClients {
  readonly storage: Pick<StorageClient, "readText">;
  readonly secretManager: Pick<SecretManagerClient, "accessVersion">;
  readonly installation: Pick<InstallationEnvironment, "project" | "bucket">;
}

/** Far above any ticket. */
const largestBytes = 256 * 1024;

/**
 * Takes a ticket's message when it is signed, and was signed within the last five minutes. Until then nothing of it is
 * read, and nothing is told of what is set up here, not even what is wrong with it: that stands in the log. A product that
 * signs the body alone does not say when: its message may be replayed for ever, and gets the answer of the first time, for
 * the ticket's number is the key. Neither form says for which webhook a message is, so a webhook must have a secret that no
 * other one has: what opens something would close it there. Nor is what we have signed ourselves, an event, a ticket.
 *
 * @returns what it asks; the same message twice asks the same under the same key
 * @throws StepError UNAUTHENTICATED when it is not signed, UNAVAILABLE when that cannot be told, else INVALID_ARGUMENT
 * naming what is wrong
 */
export async function takeTicket(message: TicketMessage, clients: TicketClients, log: Log): Promise<TicketRequest> {
  const { environment, body } = message;
  if (body.length > largestBytes) throw badField("body", "is larger than any ticket");
  const isOwnForm = message.signature !== undefined;
  const signature = isOwnForm ? parseSignature(message.signature) : parseHubSignature(message.hubSignature);
  if (!signature) throw unsigned();
  const found = await webhookOf(message, clients).catch((cause: unknown) => {
    log("ERROR", `the webhook ${environment}/${message.name} cannot be checked: ${toStepError(cause).message}`);
    throw unready(cause);
  });
  if (!found || !isSignedBy(signature, { secret: found.secret, body })) throw unsigned();
  if (found.isShared) throw shared();
  if (signature.time !== undefined && !isRecent(signature.time, found.now)) throw late();
  const payload = demandObject(parseJson(Buffer.from(body).toString("utf8")));
  if (payload.specversion !== undefined) throw badField("body", "is a CloudEvent, and no ticket");
  return toTicketRequest(found.ticket, environment, payload);
}

/** The webhook as the stored spec sets it up, its secret, and Google's clock in seconds since the epoch. */
async function webhookOf(
  { environment, name }: TicketMessage,
  { storage, secretManager, installation }: TicketClients,
): Promise<Webhook | undefined> {
  if (!environmentNamePattern.test(environment)) return undefined;
  const found = await storage.readText(installation.bucket, objectOf.spec(environment));
  const tickets = found ? parseSpec(found.text).tickets : [];
  const ticket = tickets.find((one) => one.name === name);
  if (!found || !ticket) return undefined;
  const secret = await readHookSecret(secretManager, installation.project, ticket.secret);
  const isShared = tickets.some((one) => one !== ticket && one.secret.secret === ticket.secret.secret);
  return { ticket, secret, isShared, now: Date.parse(found.readAt) / 1000 };
}

interface Webhook {
  readonly ticket: TicketSpec;
  readonly secret: string;
  /** Whether another webhook of the environment has the same secret. */
  readonly isShared: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
}

function shared(): StepError {
  const message =
    "a signature does not say which webhook a message is for: give this webhook a secret that no other has";
  return new StepError({ code: "FAILED_PRECONDITION", reason: "SHARED_SECRET", message });
}

function unsigned(): StepError {
  const message =
    "no ticket webhook of this name is set up here, or its signature is wrong: " +
    "X-Alloyrun-Signature must be t=<seconds>,v1=<HMAC-SHA256 of <seconds>.<body>>, " +
    "or X-Hub-Signature sha256=<HMAC-SHA256 of the body>, in hexadecimal or base64";
  return new StepError({ code: "UNAUTHENTICATED", reason: "NOT_SIGNED", message });
}

function unready(cause: unknown): StepError {
  const message =
    "whether this is signed cannot be told at the moment: try again, or look into the log of alloyrun-hook";
  return new StepError({ code: "UNAVAILABLE", reason: "NOT_READY", message, cause });
}

function late(): StepError {
  const message = "the signature is older, or younger, than five minutes: sign anew, by a clock that is right";
  return new StepError({ code: "UNAUTHENTICATED", reason: "SIGNED_TOO_LONG_AGO", message });
}
