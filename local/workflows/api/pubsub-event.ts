import type { TriggerPubsubExecutionRequest } from "../../model/generated/workflow-executions-rest.ts";
import { invalid } from "./names.ts";

/**
 * The argument of an execution that a Pub/Sub message starts: JSON text of the message as a CloudEvent.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/eventarc/docs/cloudevents#pubsub
 */
export function toPubsubEvent(request: TriggerPubsubExecutionRequest): string {
  const { subscription = "", message = {}, GCPCloudEventsMode: mode = "" } = request;
  const [, topic] = /^CUSTOM_PUBSUB_(projects\/[^/]+\/topics\/[^/]+)$/.exec(mode) ?? [];
  if (topic === undefined) throw invalid(`unknown CloudEvents mode '${mode}'`);
  if (!/^projects\/[^/]+\/subscriptions\/[^/]+$/.test(subscription)) {
    throw invalid(`invalid subscription '${subscription}'`);
  }
  return JSON.stringify({
    id: message.messageId,
    source: `//pubsub.googleapis.com/${topic}`,
    specversion: "1.0",
    type: "google.cloud.pubsub.topic.v1.messagePublished",
    datacontenttype: "application/json",
    time: message.publishTime,
    data: { subscription, message },
  });
}
