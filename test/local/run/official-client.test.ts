import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Fixture, project, runner, startFixture } from "./fixture.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.stop());

/** The clients follow their environment, so they run in a process of their own. */
const script = (image: string, job: string) => `
  import { ExecutionsClient, JobsClient, RevisionsClient, ServicesClient } from "@google-cloud/run";
  import { GoogleAuth } from "google-auth-library";
  const parent = "projects/${project}/locations/asia-northeast1";
  const services = new ServicesClient();
  const template = { serviceAccount: "${runner}", timeout: { seconds: 30 }, containers: [{ image: "${image}" }] };
  const [creation] = await services.createService({ parent, serviceId: "official", service: { template } });
  const [{ name }, metadata] = await creation.promise();
  const [service] = await services.getService({ name });
  const [revisions] = await new RevisionsClient().listRevisions({ parent: service.name });
  const client = await new GoogleAuth().getIdTokenClient(service.uri);
  const { data } = await client.request({ url: service.uri + "/deep" });

  const jobs = new JobsClient();
  const jobTemplate = { template: { maxRetries: 0, serviceAccount: "${runner}", containers: [{ image: "${job}" }] } };
  const [made] = await jobs.createJob({ parent, jobId: "official", job: { template: jobTemplate } });
  await made.promise();
  const [running] = await jobs.runJob({ name: parent + "/jobs/official" });
  const failure = await running.promise().catch((error) => error);
  const [[execution]] = await new ExecutionsClient().listExecutions({ parent: parent + "/jobs/official" });
  console.log(JSON.stringify({
    metadata: metadata.name, state: service.terminalCondition.state, timeout: service.template.timeout.seconds,
    revisions: revisions.length, data, failure: failure.message, failed: execution.failedCount,
    retries: execution.template.maxRetries,
  }));
`;

describe("the official clients", () => {
  it("deploy, call and run over gRPC and the proxy", async () => {
    const image = fixture.push(
      "app",
      `import { createServer } from "node:http";
       createServer((request, response) => response.end(request.url)).listen(8080);`,
    );
    const env = { PATH: process.env.PATH, ...(await fixture.local.environment()) };
    const source = script(image, fixture.push("job", "process.exit(5);"));
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", source], { env, cwd: root });
    expect(JSON.parse(stdout)).toEqual({
      metadata: `projects/${project}/locations/asia-northeast1/services/official`,
      state: "CONDITION_SUCCEEDED",
      timeout: "30",
      revisions: 1,
      data: "/deep",
      failure: expect.stringContaining("failed with message: The container exited with an error."),
      failed: 1,
      retries: 0,
    });
  });
});
