import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { parseSpec } from "../../spec/load.ts";
import type { TicketSpec } from "../../spec/schema.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError, toStepError } from "../error.ts";
import { readHookSecret } from "../hook-secret.ts";
import type { Log } from "../log.ts";
import { badField } from "../parse.ts";
import { isRecent, isSignedBy, parseSignature } from "../signature.ts";
import { type TicketRequest, toTicketRequest } from "./ticket.ts";

/** A message of a ticket system, as it came. */
export interface TicketMessage {
  readonly environment: string;
  /** Name of the webhook in the environment's spec. */
  readonly name: string;
  readonly signature: string | undefined;
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
 * read, and nothing is told of what is set up here, not even what is wrong with it: that stands in the log.
 *
 * @returns what it asks; the same message twice asks the same under the same key
 * @throws StepError UNAUTHENTICATED when it is not signed, UNAVAILABLE when that cannot be told, else INVALID_ARGUMENT
 * naming what is wrong
 */
export async function takeTicket(message: TicketMessage, clients: TicketClients, log: Log): Promise<TicketRequest> {
  const { environment, body } = message;
  if (body.length > largestBytes) throw badField("body", "is larger than any ticket");
  const signature = parseSignature(message.signature);
  if (!signature) throw unsigned();
  const found = await webhookOf(message, clients).catch((cause: unknown) => {
    log("ERROR", `the webhook ${environment}/${message.name} cannot be checked: ${toStepError(cause).message}`);
    throw unready(cause);
  });
  if (!found || !isSignedBy(signature, { secret: found.secret, body })) throw unsigned();
  if (!isRecent(signature, found.now)) throw late();
  const payload = toObject(parseJson(Buffer.from(body).toString("utf8")));
  if (!payload) throw badField("body", "must be a JSON object");
  return toTicketRequest(found.ticket, environment, payload);
}

/** The webhook as the stored spec sets it up, its secret, and Google's clock in seconds since the epoch. */
async function webhookOf(
  { environment, name }: TicketMessage,
  { storage, secretManager, installation }: TicketClients,
): Promise<{ readonly ticket: TicketSpec; readonly secret: string; readonly now: number } | undefined> {
  if (!/^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/.test(environment)) return undefined;
  const found = await storage.readText(installation.bucket, `specs/${environment}.yaml`);
  const ticket = found && parseSpec(found.text).tickets.find((one) => one.name === name);
  if (!ticket) return undefined;
  const secret = await readHookSecret(secretManager, installation.project, ticket.secret);
  return { ticket, secret, now: Date.parse(found.readAt) / 1000 };
}

function unsigned(): StepError {
  const message =
    "no ticket webhook of this name is set up here, or its signature is wrong: " +
    "X-Alloyrun-Signature must be t=<seconds>,v1=<HMAC-SHA256 of <seconds>.<body> in hexadecimal>";
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
