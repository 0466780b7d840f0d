import type { SecretManagerClient } from "../../google/clients/secret-manager.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { readHookSecret } from "../hook-secret.ts";
import { signatureHeader, signatureOf } from "../signature.ts";
import type { EnvironmentEvent } from "./event.ts";
import { linksOf } from "./links.ts";
import type { Post } from "./post.ts";
import { destinationOf } from "./webhook.ts";

/** What delivering works with. */
export interface DeliveryClients {
  readonly storage: Pick<StorageClient, "readText">;
  readonly secretManager: Pick<SecretManagerClient, "accessVersion" | "addVersion">;
  readonly installation: Pick<InstallationEnvironment, "project" | "projectNumber" | "region" | "bucket">;
  readonly post: Post;
  /** Whether the public door is there, by which links are used. */
  readonly hasHook: boolean;
}

/**
 * Delivers an event to the environment's webhook, signed; where there is none, there is nothing to do. The same event has
 * the same id, and but for the signature's time the same bytes, each time that it is delivered.
 *
 * @throws StepError or ApiError unless it was taken, so that Pub/Sub delivers it again
 */
export async function deliver(event: EnvironmentEvent, clients: DeliveryClients): Promise<"delivered" | "no webhook"> {
  const { storage, secretManager, installation } = clients;
  const destination = await destinationOf(storage, installation.bucket, event);
  if (!destination) return "no webhook";
  const { webhook, now, isStored } = destination;
  const secret = await readHookSecret(secretManager, installation.project, webhook.secret);
  // A link decides in somebody's name, so it never goes to an address that whoever asks has just written down.
  const links = isStored ? await linksOf(event, clients) : [];
  const told = links.length > 0 ? { ...event.event, data: { ...event.data, links } } : event.event;
  const body = canonicalJson(told);
  const signature = signatureOf({ secret, time: now, body });
  const headers = { "content-type": "application/cloudevents+json", [signatureHeader]: signature };
  await clients.post({ url: webhook.url, headers, body });
  return "delivered";
}
