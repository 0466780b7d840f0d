import type { Scenario } from "../case.ts";

const api = "secretmanager.googleapis.com/v1/projects/{project}/secrets";

/** Secrets and their versions. */
export const secretScenario: Scenario = {
  project: "gcloud-secrets",
  cases: [
    {
      run: "secrets create my-secret --replication-policy=automatic --data-file={folder}/first.txt",
      files: { "first.txt": "first" },
      stderr: /Created version \[1\] of the secret \[my-secret\]/,
      wire: [`POST ${api}?secretId=my-secret`, `POST ${api}/my-secret:addVersion`],
    },
    { run: "secrets versions add my-secret --data-file=-", stdin: "second", stderr: /Created version \[2\]/ },
    { run: "secrets versions access latest --secret=my-secret", stdout: /^second$/ },
    { run: "secrets versions list my-secret", json: [{ state: "ENABLED" }, { state: "ENABLED" }] },
    { run: "secrets versions disable 1 --secret=my-secret" },
    { run: "secrets versions access 1 --secret=my-secret", exit: 1, stderr: /FAILED_PRECONDITION/ },
    { run: "secrets versions enable 1 --secret=my-secret" },
    { run: "secrets versions access 1 --secret=my-secret", stdout: /^first$/ },
    { run: "secrets versions destroy 1 --secret=my-secret" },
    { run: "secrets versions describe 1 --secret=my-secret", json: { state: "DESTROYED" } },
    { run: "secrets update my-secret --update-labels=team=data" },
    { run: "secrets update my-secret --update-annotations=note=x" },
    { run: "secrets update my-secret --update-version-aliases=prod=2" },
    { run: "secrets versions access prod --secret=my-secret", stdout: /^second$/ },
    { run: "secrets describe my-secret", json: { labels: { team: "data" }, annotations: { note: "x" } } },
    { run: "secrets list", json: [{ name: "projects/{number}/secrets/my-secret" }], wire: [`GET ${api}?pageSize=100`] },
    {
      run: "secrets add-iam-policy-binding my-secret --member=user:jane@example.com --role=roles/secretmanager.secretAccessor",
      json: { bindings: [{ members: ["user:jane@example.com"] }] },
      wire: [
        `GET ${api}/my-secret:getIamPolicy?options.requestedPolicyVersion=3`,
        `POST ${api}/my-secret:setIamPolicy`,
      ],
    },
    {
      run: "secrets remove-iam-policy-binding my-secret --member=user:jane@example.com --role=roles/secretmanager.secretAccessor",
    },
    { run: "secrets replication get my-secret", json: { automatic: {} } },
    { run: "secrets delete my-secret", wire: [`GET ${api}/my-secret/versions?pageSize=0`, `DELETE ${api}/my-secret`] },
    { run: "secrets describe my-secret", exit: 1, stderr: /Secret \[projects\/\d+\/secrets\/my-secret\] not found/ },
  ],
};
