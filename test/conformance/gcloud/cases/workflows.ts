import { expect } from "@jest/globals";
import type { Scenario } from "../case.ts";

const location = "--location=asia-northeast1";
const account = "runner@{project}.iam.gserviceaccount.com";
const api = "workflows.googleapis.com/v1/projects/{project}/locations/asia-northeast1";
const executions = "workflowexecutions.googleapis.com/v1/projects/{project}/locations/asia-northeast1/workflows";

/** Gives the name in its argument. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the language
const definition = "main:\n  params: [args]\n  steps:\n    - done:\n        return: ${args.name}\n";
/** Quotation marks of an argument are escaped, since those of a command group its words. */
const argument = '{\\"name\\":\\"x\\"}';

const hello = "projects/{project}/locations/asia-northeast1/functions/hello";
const functions = (version: string, path: string) =>
  `cloudfunctions.googleapis.com/${version}/projects/{project}/${path}`;

/** Workflows, their executions, and what functions and logs there are. */
export const workflowScenario: Scenario = {
  project: "gcloud-workflows",
  functions: ["hello"],
  cases: [
    { run: "iam service-accounts create runner" },
    {
      run: `workflows deploy my-flow --source={folder}/flow.yaml ${location} --service-account=${account}`,
      after: 120,
      files: { "flow.yaml": definition },
      json: { state: "ACTIVE", serviceAccount: `projects/{project}/serviceAccounts/${account}` },
      wire: [
        `GET ${api}/workflows/my-flow`,
        `POST ${api}/workflows?workflowId=my-flow`,
        `GET ${api}/operations/OP`,
        `GET ${api}/workflows/my-flow`,
      ],
    },
    {
      run: `workflows deploy my-flow --source={folder}/flow.yaml ${location} --description=again`,
      json: { description: "again" },
    },
    { run: `workflows list ${location}`, json: [{ state: "ACTIVE" }] },
    {
      run: `workflows run my-flow ${location} --data=${argument}`,
      json: { state: "SUCCEEDED", argument: '{"name":"x"}', result: '"x"' },
    },
    {
      run: `workflows execute my-flow ${location} --data=${argument}`,
      json: { state: "ACTIVE" },
      wire: [`POST ${executions}/my-flow/executions`],
    },
    { run: "workflows executions wait-last", json: { state: "SUCCEEDED" } },
    { run: "workflows executions describe-last", json: { state: "SUCCEEDED", result: '"x"' } },
    { run: `workflows executions list my-flow ${location}`, json: [{ state: "SUCCEEDED" }, { state: "SUCCEEDED" }] },
    { run: `workflows execute my-flow ${location} --data=[]` },
    { run: "workflows executions wait-last", json: { state: "FAILED", error: { context: expect.any(String) } } },
    {
      run: `workflows deploy broken ${location} --source={folder}/broken.yaml`,
      files: { "broken.yaml": "main:\n  steps:\n    - go:\n        next: nowhere\n" },
      exit: 1,
      stderr: /INVALID_ARGUMENT/,
    },
    {
      run: `workflows delete my-flow ${location}`,
      wire: [`DELETE ${api}/workflows/my-flow`, `GET ${api}/operations/OP`],
    },
    { run: `workflows describe my-flow ${location}`, exit: 1, stderr: /NOT_FOUND/ },
    {
      run: "functions list",
      json: [{ name: hello, state: "ACTIVE", environment: "GEN_2" }],
      wire: [
        `GET ${functions("v1", "locations")}?pageSize=100`,
        `GET ${functions("v2", "locations/-/functions")}?filter=environment%3D%22GEN_2%22&pageSize=100`,
        `GET ${functions("v1", "locations/-/functions")}?pageSize=100`,
      ],
    },
    { run: "functions list --regions=us-central1", json: [] },
    {
      run: "functions describe hello --region=asia-northeast1",
      json: {
        name: hello,
        state: "ACTIVE",
        buildConfig: { runtime: "nodejs24", entryPoint: "hello" },
        serviceConfig: { revision: expect.stringMatching(/^hello-00001-/), uri: expect.stringMatching(/^https:/) },
      },
      wire: [`GET ${functions("v2", "locations/asia-northeast1/functions/hello")}`],
    },
    { run: "functions describe absent --region=asia-northeast1", exit: 1, stderr: /was not found/ },
    { run: "logging write my-log hello --severity=WARNING" },
    { run: "logging read logName:my-log --limit=5", json: [{ textPayload: "hello", severity: "WARNING" }] },
    { run: "logging logs list", stdout: /logs\/my-log/ },
    { run: "logging logs delete my-log" },
    { run: "logging read logName:my-log", json: [] },
  ],
};
