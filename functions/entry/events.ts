import { createAuth, unguarded } from "../../google/auth.ts";
import { connectSecretManager } from "../../google/clients/secret-manager.ts";
import { connectStorage } from "../../google/clients/storage.ts";
import { StepError } from "../error.ts";
import { type DeliveryClients, deliver } from "../events/deliver.ts";
import { readEvent } from "../events/event.ts";
import { post } from "../events/post.ts";
import { once } from "../once.ts";
import { readPushed } from "../pushed.ts";
import { openDoor } from "./door.ts";
import { bodyOf } from "./entry.ts";
import { readInstallation } from "./installation.ts";

/**
 * Delivers the events of environments to their webhooks. Pub/Sub pushes them in the order of each environment and repeats
 * what is not answered 2xx, so nothing is lost while the other side is down.
 */
openDoor("events", async (request, response, log) => {
  if (request.method !== "POST") {
    throw new StepError({ code: "NOT_FOUND", reason: "NO_ROUTE", message: "only Pub/Sub pushes are taken here" });
  }
  const event = readEvent(readPushed(bodyOf(request)));
  const { id, type, environment, run } = event;
  const outcome = await deliver(event, openClients());
  log("INFO", `${type} of ${environment ?? "no environment"}: ${outcome}`, { event: id, environment, run });
  response.status(200).json({ event: id, outcome });
});

const openClients = once((): DeliveryClients => {
  const auth = createAuth();
  return {
    post,
    installation: readInstallation(process.env),
    storage: connectStorage(auth)(unguarded),
    secretManager: connectSecretManager(auth)(unguarded),
    hasHook: process.env.ALLOYRUN_HOOK === "open",
  };
});
