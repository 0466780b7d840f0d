import { expect } from "@jest/globals";
import type { Life } from "../life.ts";

const pubsub = "pubsub.googleapis.com/v1/projects/{project}";
const topic = "projects/{project}/topics/builds";
const jobs = "cloudscheduler.googleapis.com/v1/projects/{project}/locations/us-central1/jobs";
const job = "projects/{project}/locations/us-central1/jobs/nightly";
const workflows = "workflows.googleapis.com/v1/projects/{project}/locations/us-central1/workflows";
const labels = { "goog-terraform-provisioned": "true" };
const deployer = "deployer@{project}.iam.gserviceaccount.com";
const text = expect.any(String) as unknown as string;
const source = "main:\n  steps:\n    - end:\n        return: 1\n";

/** Messages, schedules and workflows. */
export const messagingLives: readonly Life[] = [
  {
    resource: "google_pubsub_topic",
    create: [{ send: `PUT ${pubsub}/topics/builds`, body: { labels, messageRetentionDuration: "86600s" } }],
    read: `GET ${pubsub}/topics/builds`,
    imports: ["projects/{project}/topics/builds", "projects/{number}/topics/builds", "{project}/builds", "builds"],
    state: { name: topic, labels, messageRetentionDuration: "86600s" },
    absent: ["kmsKeyName", "schemaSettings", "ingestionDataSourceSettings", "messageTransforms"],
    // The mask is in the query though the body is the whole request.
    update: [
      {
        send: `PATCH ${pubsub}/topics/builds?updateMask=labels%2CmessageRetentionDuration`,
        body: { topic: { labels: { team: "a" }, messageRetentionDuration: "86700s", name: topic } },
      },
    ],
    updated: { labels: { team: "a" }, messageRetentionDuration: "86700s" },
    remove: [{ send: `DELETE ${pubsub}/topics/builds` }],
  },
  {
    resource: "google_pubsub_subscription",
    create: [
      {
        send: `PUT ${pubsub}/subscriptions/pull`,
        body: {
          ackDeadlineSeconds: 20,
          expirationPolicy: { ttl: "2678400s" },
          labels,
          messageRetentionDuration: "604800s",
          name: "projects/{project}/subscriptions/pull",
          retryPolicy: { minimumBackoff: "10s" },
          topic,
        },
      },
    ],
    read: `GET ${pubsub}/subscriptions/pull`,
    imports: [
      "projects/{project}/subscriptions/pull",
      "projects/{number}/subscriptions/pull",
      "{project}/pull",
      "pull",
    ],
    state: {
      name: "projects/{project}/subscriptions/pull",
      topic,
      ackDeadlineSeconds: 20,
      expirationPolicy: { ttl: "2678400s" },
      labels,
      messageRetentionDuration: "604800s",
      retryPolicy: { minimumBackoff: "10s" },
    },
    absent: ["deadLetterPolicy", "filter", "enableMessageOrdering", "retainAckedMessages", "enableExactlyOnceDelivery"],
    update: [
      {
        send: `PATCH ${pubsub}/subscriptions/pull?updateMask=ackDeadlineSeconds%2CpushConfig`,
        body: { subscription: { ackDeadlineSeconds: 30, name: "projects/{project}/subscriptions/pull" } },
      },
    ],
    updated: { ackDeadlineSeconds: 30 },
    remove: [{ send: `DELETE ${pubsub}/subscriptions/pull` }],
  },
  {
    resource: "google_workflows_workflow",
    create: [
      {
        send: `POST ${workflows}?workflowId=article`,
        body: {
          callLogLevel: "LOG_ERRORS_ONLY",
          description: "of the article",
          labels,
          serviceAccount: deployer,
          sourceContents: source,
          userEnvVars: { MODE: "a" },
        },
        wait: "operation",
      },
    ],
    read: `GET ${workflows}/article`,
    imports: [
      "projects/{project}/locations/us-central1/workflows/article",
      "projects/{number}/locations/us-central1/workflows/article",
      "{project}/us-central1/article",
    ],
    state: {
      name: "projects/{project}/locations/us-central1/workflows/article",
      callLogLevel: "LOG_ERRORS_ONLY",
      description: "of the article",
      labels,
      serviceAccount: `projects/{project}/serviceAccounts/${deployer}`,
      sourceContents: source,
      state: "ACTIVE",
      userEnvVars: { MODE: "a" },
      revisionId: expect.stringMatching(/^000001-/) as unknown as string,
    },
    absent: ["cryptoKeyName", "tags"],
    update: [
      {
        send: `PATCH ${workflows}/article?updateMask=description%2CsourceContents`,
        body: { description: "changed", sourceContents: source.replace("1", "2") },
        wait: "operation",
      },
    ],
    updated: {
      description: "changed",
      sourceContents: source.replace("1", "2"),
      labels,
      revisionId: expect.stringMatching(/^000002-/) as unknown as string,
    },
    remove: [{ send: `DELETE ${workflows}/article`, wait: "operation" }],
  },
  {
    resource: "google_cloud_scheduler_job",
    create: [
      {
        send: `POST ${jobs}`,
        body: {
          attemptDeadline: "320s",
          httpTarget: {
            body: "e30=",
            headers: { "Content-Type": "application/json" },
            httpMethod: "POST",
            oauthToken: { scope: "https://www.googleapis.com/auth/cloud-platform", serviceAccountEmail: deployer },
            uri: "https://workflowexecutions.googleapis.com/v1/projects/{project}/locations/us-central1/workflows/article/executions",
          },
          name: job,
          retryConfig: { retryCount: 1 },
          schedule: "0 3 * * *",
          timeZone: "Asia/Tokyo",
        },
      },
    ],
    read: `GET ${jobs}/nightly`,
    imports: [
      "projects/{project}/locations/us-central1/jobs/nightly",
      "projects/{number}/locations/us-central1/jobs/nightly",
      "{project}/us-central1/nightly",
      "us-central1/nightly",
      "nightly",
    ],
    state: {
      name: job,
      attemptDeadline: "320s",
      httpTarget: {
        body: "e30=",
        headers: { "Content-Type": "application/json" },
        httpMethod: "POST",
        oauthToken: { scope: "https://www.googleapis.com/auth/cloud-platform", serviceAccountEmail: deployer },
      },
      retryConfig: {
        retryCount: 1,
        maxRetryDuration: "0s",
        minBackoffDuration: "5s",
        maxBackoffDuration: "3600s",
        maxDoublings: 5,
      },
      schedule: "0 3 * * *",
      state: "ENABLED",
      timeZone: "Asia/Tokyo",
    },
    absent: ["description", "pubsubTarget", "appEngineHttpTarget"],
    // A change has no mask: what is sent, counts.
    update: [
      {
        send: `PATCH ${jobs}/nightly`,
        body: {
          attemptDeadline: "320s",
          httpTarget: { httpMethod: "POST", uri: "https://example.com/", oidcToken: { serviceAccountEmail: deployer } },
          retryConfig: { retryCount: 1 },
          schedule: "0 4 * * *",
          timeZone: "Asia/Tokyo",
        },
      },
      { send: `POST ${jobs}/nightly:pause`, body: {} },
    ],
    updated: {
      httpTarget: { uri: "https://example.com/", oidcToken: { serviceAccountEmail: deployer, audience: text } },
      schedule: "0 4 * * *",
      state: "PAUSED",
    },
    remove: [{ send: `DELETE ${jobs}/nightly` }],
  },
];
