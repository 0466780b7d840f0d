import type { JsonObject } from "../../../../local/json.ts";
import { type Kind, location, project } from "../kind.ts";

const last = ({ name }: JsonObject) => String(name).split("/").at(-1) ?? "";
const topic = (id: string) => `${project}/topics/${id}`;
const subscription = (id: string) => `${project}/subscriptions/${id}`;

/** Topics of Pub/Sub. */
export const topics: Kind = {
  title: "topics",
  service: "google.pubsub.v1.Publisher",
  methods: {
    create: "CreateTopic",
    get: "GetTopic",
    list: "ListTopics",
    update: "UpdateTopic",
    remove: "DeleteTopic",
    policies: true,
  },
  body: { labels: { team: "data" }, messageRetentionDuration: "3600s" },
  listed: "topics",
  create: (id, body) => ({ name: topic(id), ...body }),
  get: (id) => ({ topic: topic(id) }),
  list: (page) => ({ project, ...page }),
  update: (id, body, mask) => ({ topic: { name: topic(id), ...body }, updateMask: mask }),
  remove: (id) => ({ topic: topic(id) }),
  idOf: last,
  changes: [
    { mask: "labels", body: { labels: { team: "web" } } },
    {
      mask: "message_retention_duration",
      body: { messageRetentionDuration: "7200s", labels: {} },
      gives: { messageRetentionDuration: "7200s" },
    },
  ],
  frozen: [
    { mask: "", body: {} },
    { mask: "no_such_field", body: {} },
  ],
  resource: topic,
  role: "roles/pubsub.publisher",
  permission: "pubsub.topics.publish",
};

/** Subscriptions of Pub/Sub, to a topic that the suite makes. */
export const subscriptions: Kind = {
  title: "subscriptions",
  service: "google.pubsub.v1.Subscriber",
  methods: {
    ...{ create: "CreateSubscription", get: "GetSubscription", list: "ListSubscriptions" },
    ...{ update: "UpdateSubscription", remove: "DeleteSubscription", policies: true },
  },
  body: { topic: topic("parent"), ackDeadlineSeconds: 30, labels: { team: "data" }, enableMessageOrdering: true },
  listed: "subscriptions",
  create: (id, body) => ({ name: subscription(id), ...body }),
  get: (id) => ({ subscription: subscription(id) }),
  list: (page) => ({ project, ...page }),
  update: (id, body, mask) => ({ subscription: { name: subscription(id), ...body }, updateMask: mask }),
  remove: (id) => ({ subscription: subscription(id) }),
  idOf: last,
  changes: [
    { mask: "ack_deadline_seconds", body: { ackDeadlineSeconds: 60 } },
    {
      mask: "labels,retry_policy",
      body: { labels: { a: "b" }, retryPolicy: { minimumBackoff: "10s", maximumBackoff: "60s" } },
    },
  ],
  frozen: [
    { mask: "topic", body: { topic: topic("other") } },
    { mask: "enable_message_ordering", body: {} },
  ],
  resource: subscription,
  role: "roles/pubsub.subscriber",
  permission: "pubsub.subscriptions.consume",
};

const job = (id: string) => `${location}/jobs/${id}`;

/** Jobs of Cloud Scheduler. */
export const schedulerJobs: Kind = {
  title: "scheduler jobs",
  service: "google.cloud.scheduler.v1.CloudScheduler",
  methods: { create: "CreateJob", get: "GetJob", list: "ListJobs", update: "UpdateJob", remove: "DeleteJob" },
  body: {
    schedule: "0 3 * * *",
    timeZone: "Asia/Tokyo",
    httpTarget: { uri: "https://example.com/", httpMethod: "POST" },
  },
  listed: "jobs",
  create: (id, body) => ({ parent: location, job: { name: job(id), ...body } }),
  get: (id) => ({ name: job(id) }),
  list: (page) => ({ parent: location, ...page }),
  update: (id, body, mask) => ({ job: { name: job(id), ...body }, updateMask: mask }),
  remove: (id) => ({ name: job(id) }),
  idOf: last,
  changes: [
    { mask: "schedule", body: { schedule: "0 4 * * *" } },
    { mask: "attempt_deadline", body: { attemptDeadline: "60s" } },
  ],
  frozen: [{ mask: "schedule", body: { schedule: "no schedule" } }],
};
