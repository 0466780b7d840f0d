import type { PermissionTable } from "../api.ts";
import type { JsonObject } from "../json.ts";

const publisher = "google.pubsub.v1.Publisher";
const subscriber = "google.pubsub.v1.Subscriber";
const schemas = "google.pubsub.v1.SchemaService";
const policies = "google.iam.v1.IAMPolicy";

/** Policies of four kinds of resources are read and written through the same methods. */
const onKinds = (verb: string) =>
  ["topics", "subscriptions", "snapshots", "schemas"].map((kind) => ({
    permission: `pubsub.${kind}.${verb}`,
    resource: "{resource}",
    when: ({ resource }: JsonObject) => String(resource).split("/")[2] === kind,
  }));

/** @see https://cloud.google.com/pubsub/docs/access-control#required_permissions */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${publisher}.CreateTopic`]:            [{ permission: "pubsub.topics.create", resource: "{name}" }],
  [`${publisher}.UpdateTopic`]:            [{ permission: "pubsub.topics.update", resource: "{topic.name}" }],
  [`${publisher}.Publish`]:                [{ permission: "pubsub.topics.publish", resource: "{topic}" }],
  [`${publisher}.GetTopic`]:               [{ permission: "pubsub.topics.get", resource: "{topic}" }],
  [`${publisher}.ListTopics`]:             [{ permission: "pubsub.topics.list", resource: "{project}" }],
  [`${publisher}.ListTopicSubscriptions`]: [{ permission: "pubsub.topics.get", resource: "{topic}" }],
  [`${publisher}.ListTopicSnapshots`]:     [{ permission: "pubsub.topics.get", resource: "{topic}" }],
  [`${publisher}.DeleteTopic`]:            [{ permission: "pubsub.topics.delete", resource: "{topic}" }],
  [`${publisher}.DetachSubscription`]:     { open: "demands pubsub.topics.detachSubscription on the subscription's topic" },
  [`${subscriber}.CreateSubscription`]:    [{ permission: "pubsub.subscriptions.create", resource: "{name}" }, { permission: "pubsub.topics.attachSubscription", resource: "{topic}" }],
  [`${subscriber}.GetSubscription`]:       [{ permission: "pubsub.subscriptions.get", resource: "{subscription}" }],
  [`${subscriber}.UpdateSubscription`]:    [{ permission: "pubsub.subscriptions.update", resource: "{subscription.name}" }],
  [`${subscriber}.ListSubscriptions`]:     [{ permission: "pubsub.subscriptions.list", resource: "{project}" }],
  [`${subscriber}.DeleteSubscription`]:    [{ permission: "pubsub.subscriptions.delete", resource: "{subscription}" }],
  [`${subscriber}.ModifyAckDeadline`]:     [{ permission: "pubsub.subscriptions.consume", resource: "{subscription}" }],
  [`${subscriber}.Acknowledge`]:           [{ permission: "pubsub.subscriptions.consume", resource: "{subscription}" }],
  [`${subscriber}.Pull`]:                  [{ permission: "pubsub.subscriptions.consume", resource: "{subscription}" }],
  [`${subscriber}.StreamingPull`]:         [{ permission: "pubsub.subscriptions.consume", resource: "{subscription}" }],
  [`${subscriber}.ModifyPushConfig`]:      [{ permission: "pubsub.subscriptions.update", resource: "{subscription}" }],
  [`${subscriber}.GetSnapshot`]:           [{ permission: "pubsub.snapshots.get", resource: "{snapshot}" }],
  [`${subscriber}.ListSnapshots`]:         [{ permission: "pubsub.snapshots.list", resource: "{project}" }],
  [`${subscriber}.CreateSnapshot`]:        [{ permission: "pubsub.snapshots.create", resource: "{name}" }, { permission: "pubsub.subscriptions.consume", resource: "{subscription}" }],
  [`${subscriber}.UpdateSnapshot`]:        [{ permission: "pubsub.snapshots.update", resource: "{snapshot.name}" }],
  [`${subscriber}.DeleteSnapshot`]:        [{ permission: "pubsub.snapshots.delete", resource: "{snapshot}" }],
  [`${subscriber}.Seek`]:                  [{ permission: "pubsub.subscriptions.consume", resource: "{subscription}" }, { permission: "pubsub.snapshots.seek", resource: "{snapshot}", when: ({ snapshot }) => snapshot !== undefined }],
  [`${schemas}.CreateSchema`]:             [{ permission: "pubsub.schemas.create", resource: "{parent}" }],
  [`${schemas}.GetSchema`]:                [{ permission: "pubsub.schemas.get", resource: "{name}" }],
  [`${schemas}.ListSchemas`]:              [{ permission: "pubsub.schemas.list", resource: "{parent}" }],
  [`${schemas}.ListSchemaRevisions`]:      [{ permission: "pubsub.schemas.listRevisions", resource: "{name}" }],
  [`${schemas}.CommitSchema`]:             [{ permission: "pubsub.schemas.commit", resource: "{name}" }],
  [`${schemas}.RollbackSchema`]:           [{ permission: "pubsub.schemas.rollback", resource: "{name}" }],
  [`${schemas}.DeleteSchemaRevision`]:     [{ permission: "pubsub.schemas.delete", resource: "{name}" }],
  [`${schemas}.DeleteSchema`]:             [{ permission: "pubsub.schemas.delete", resource: "{name}" }],
  [`${schemas}.ValidateSchema`]:           [{ permission: "pubsub.schemas.validate", resource: "{parent}" }],
  [`${schemas}.ValidateMessage`]:          [{ permission: "pubsub.schemas.validate", resource: "{parent}" }],
  [`${policies}.GetIamPolicy`]:            onKinds("getIamPolicy"),
  [`${policies}.SetIamPolicy`]:            onKinds("setIamPolicy"),
  [`${policies}.TestIamPermissions`]:      { open: "answers what the caller may do" },
};
