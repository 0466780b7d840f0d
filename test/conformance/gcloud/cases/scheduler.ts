import type { Scenario } from "../case.ts";

const jobs = "cloudscheduler.googleapis.com/v1/projects/{project}/locations/asia-northeast1/jobs";
const at = "--location=asia-northeast1";

/** Jobs that call and that publish. */
export const schedulerScenario: Scenario = {
  project: "gcloud-scheduler",
  cases: [
    {
      run: `scheduler jobs create http my-job ${at} "--schedule=0 3 * * *" --time-zone=Asia/Tokyo --uri=https://example.com/x --message-body=hi`,
      json: {
        schedule: "0 3 * * *",
        state: "ENABLED",
        httpTarget: { httpMethod: "POST", uri: "https://example.com/x" },
      },
      wire: [`POST ${jobs}`],
    },
    {
      run: `scheduler jobs create pubsub my-tick ${at} "--schedule=*/5 * * * *" --topic=ticks --message-body=tick`,
      json: { pubsubTarget: { topicName: "projects/{project}/topics/ticks", data: "dGljaw==" }, timeZone: "Etc/UTC" },
    },
    {
      run: `scheduler jobs create http my-job ${at} "--schedule=0 3 * * *" --uri=https://example.com`,
      exit: 1,
      stderr: /already exists/,
    },
    {
      run: `scheduler jobs create http bad ${at} --schedule=never --uri=https://example.com`,
      exit: 1,
      stderr: /Schedule or time zone is invalid/,
    },
    {
      run: `scheduler jobs describe my-job ${at}`,
      json: { timeZone: "Asia/Tokyo", attemptDeadline: "180s" },
      wire: [`GET ${jobs}/my-job`],
    },
    { run: `scheduler jobs list ${at}`, stdout: /my-job[\s\S]*my-tick/ },
    {
      run: `scheduler jobs update http my-job ${at} "--schedule=0 4 * * *" --max-retry-attempts=3`,
      json: { schedule: "0 4 * * *", retryConfig: { retryCount: 3 } },
    },
    { run: `scheduler jobs pause my-job ${at}`, wire: [`POST ${jobs}/my-job:pause`] },
    { run: `scheduler jobs describe my-job ${at}`, json: { state: "PAUSED" } },
    { run: `scheduler jobs resume my-job ${at}`, wire: [`POST ${jobs}/my-job:resume`] },
    { run: `scheduler jobs run my-tick ${at}`, wire: [`POST ${jobs}/my-tick:run`] },
    { run: `scheduler jobs delete my-job ${at}`, wire: [`DELETE ${jobs}/my-job`] },
    { run: `scheduler jobs describe my-job ${at}`, exit: 1, stderr: /NOT_FOUND/ },
  ],
};
