import type { LocalCloud } from "../../../local/main.ts";
import { rest, testProject } from "../../support/local-cloud.ts";
import { pushImage } from "../../support/push-image.ts";
import { parent } from "./kind.ts";

/** What is there before, for kinds that need others. */
export const presentTopic = `${parent}/topics/present`;
export const presentSubscription = `${parent}/subscriptions/present`;
export const presentNetwork = `${parent}/global/networks/present`;
export const presentAccount = `present@${testProject}.iam.gserviceaccount.com`;
export const presentImage = `asia-northeast1-docker.pkg.dev/${testProject}/apps/present:latest`;

/** Makes what the kinds need. */
export async function layGround(local: LocalCloud): Promise<void> {
  await rest(local, `PUT pubsub.googleapis.com/v1/${presentTopic}`, { body: {} });
  await rest(local, `PUT pubsub.googleapis.com/v1/${presentSubscription}`, { body: { topic: presentTopic } });
  const networks = `compute.googleapis.com/compute/v1/${parent}/global/networks`;
  await rest(local, `POST ${networks}`, { body: { name: "present", autoCreateSubnetworks: false } });
  await rest(local, `POST iam.googleapis.com/v1/${parent}/serviceAccounts`, { body: { accountId: "present" } });
  pushImage(local, { project: testProject, name: "present", source: "" });
  await local.cloud.clock.idle();
}
