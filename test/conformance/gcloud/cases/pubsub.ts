import type { Scenario } from "../case.ts";

const api = "pubsub.googleapis.com/v1/projects/{project}";
const topic = "projects/{project}/topics/my-topic";
const subscription = "projects/{project}/subscriptions/my-sub";

/** Topics, subscriptions and the messages between them. */
export const pubsubScenario: Scenario = {
  project: "gcloud-pubsub",
  cases: [
    {
      run: "pubsub topics create my-topic --labels=a=b",
      json: [{ name: topic, labels: { a: "b" } }],
      wire: [`PUT ${api}/topics/my-topic`],
    },
    {
      run: "pubsub topics create my-topic",
      exit: 1,
      stderr: /Resource already exists in the project \(resource=my-topic\)/,
    },
    { run: "pubsub topics describe my-topic", json: { name: topic }, wire: [`GET ${api}/topics/my-topic`] },
    { run: "pubsub topics list", json: [{ name: topic }] },
    {
      run: "pubsub topics update my-topic --update-labels=c=d --message-retention-duration=1d",
      json: { labels: { a: "b", c: "d" }, messageRetentionDuration: "86400s" },
    },
    {
      run: "pubsub subscriptions create my-sub --topic=my-topic --ack-deadline=30 --enable-message-ordering",
      json: [{ name: subscription, topic, ackDeadlineSeconds: 30, enableMessageOrdering: true, state: "ACTIVE" }],
      wire: [`PUT ${api}/subscriptions/my-sub`],
    },
    { run: "pubsub subscriptions create lost --topic=none", exit: 1, stderr: /Resource not found \(resource=none\)/ },
    {
      run: "pubsub subscriptions update my-sub --ack-deadline=60 --min-retry-delay=10s --max-retry-delay=60s",
      json: { ackDeadlineSeconds: 60, retryPolicy: { minimumBackoff: "10s", maximumBackoff: "60s" } },
    },
    { run: "pubsub subscriptions describe my-sub", json: { topicMessageRetentionDuration: "86400s" } },
    { run: "pubsub subscriptions list", json: [{ name: subscription }] },
    { run: "pubsub topics list-subscriptions my-topic", stdout: /subscriptions\/my-sub/ },
    {
      run: "pubsub topics publish my-topic --message=hello --attribute=k=v --ordering-key=o",
      stdout: /messageIds:\n- '\d{16}'/,
      wire: [`POST ${api}/topics/my-topic:publish`],
    },
    {
      run: "pubsub subscriptions pull my-sub --auto-ack",
      json: [{ message: { data: "aGVsbG8=", attributes: { k: "v" }, orderingKey: "o" } }],
      wire: [`POST ${api}/subscriptions/my-sub:pull`, `POST ${api}/subscriptions/my-sub:acknowledge`],
    },
    { run: "pubsub subscriptions pull my-sub", json: [] },
    { run: "pubsub snapshots create my-snap --subscription=my-sub", json: [{ topic }] },
    {
      run: "pubsub subscriptions seek my-sub --time=2020-01-01T00:00:00Z",
      wire: [`POST ${api}/subscriptions/my-sub:seek`],
    },
    { run: "pubsub subscriptions pull my-sub --auto-ack", json: [{ message: { data: "aGVsbG8=" } }] },
    { run: "pubsub subscriptions seek my-sub --snapshot=my-snap" },
    { run: "pubsub snapshots list", json: [{ name: "projects/{project}/snapshots/my-snap" }] },
    { run: "pubsub snapshots delete my-snap" },
    {
      run: "pubsub topics add-iam-policy-binding my-topic --member=allUsers --role=roles/pubsub.publisher",
      json: { bindings: [{ members: ["allUsers"], role: "roles/pubsub.publisher" }] },
    },
    {
      run: "pubsub subscriptions modify-push-config my-sub --push-endpoint=https://example.com/push",
      wire: [`POST ${api}/subscriptions/my-sub:modifyPushConfig`],
    },
    { run: "pubsub topics detach-subscription my-sub", wire: [`POST ${api}/subscriptions/my-sub:detach`] },
    { run: "pubsub topics delete my-topic", wire: [`DELETE ${api}/topics/my-topic`] },
    { run: "pubsub subscriptions describe my-sub", json: { topic: "_deleted-topic_", detached: true } },
    { run: "pubsub subscriptions delete my-sub", wire: [`DELETE ${api}/subscriptions/my-sub`] },
  ],
};
