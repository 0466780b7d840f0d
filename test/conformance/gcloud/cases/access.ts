import type { Scenario } from "../case.ts";

const email = "my-serviceaccount@{project}.iam.gserviceaccount.com";
const member = `serviceAccount:${email}`;
const policies = "cloudresourcemanager.googleapis.com/v1/projects/{project}";
const accounts = "iam.googleapis.com/v1/projects";

/** Accounts, bindings, custom roles, projects and services. */
export const accessScenario: Scenario = {
  project: "gcloud-access",
  cases: [
    {
      run: "iam service-accounts create my-serviceaccount --display-name=Mine",
      stderr: /Created service account \[my-serviceaccount\]/,
      wire: [`POST ${accounts}/{project}/serviceAccounts`],
    },
    { run: "iam service-accounts create my-serviceaccount", exit: 1, stderr: /already exists/ },
    { run: `iam service-accounts update ${email} --display-name=Ours`, after: 120 },
    { run: `iam service-accounts disable ${email}` },
    {
      run: `iam service-accounts describe ${email}`,
      json: { displayName: "Ours", disabled: true },
      wire: [`GET ${accounts}/-/serviceAccounts/${email}`],
    },
    { run: `iam service-accounts enable ${email}` },
    { run: "iam service-accounts list", json: [{ email }] },
    {
      run: `projects add-iam-policy-binding {project} --member=${member} --role=roles/alloydb.client`,
      json: { bindings: [{ role: "roles/alloydb.client", members: [member] }] },
      wire: [`POST ${policies}:getIamPolicy`, `POST ${policies}:setIamPolicy`],
    },
    { run: "projects get-iam-policy {number}", json: { bindings: [{ role: "roles/alloydb.client" }] } },
    {
      run: `projects remove-iam-policy-binding {project} --member=${member} --role=roles/alloydb.client`,
      wire: [`POST ${policies}:getIamPolicy`, `POST ${policies}:setIamPolicy`],
    },
    {
      run: `projects add-iam-policy-binding {project} --member=serviceAccount:absent@{project}.iam.gserviceaccount.com --role=roles/viewer`,
      exit: 1,
      stderr: /does not exist/,
    },
    {
      run: `iam service-accounts add-iam-policy-binding ${email} --member=user:jane@example.com --role=roles/iam.serviceAccountUser`,
      json: { bindings: [{ role: "roles/iam.serviceAccountUser", members: ["user:jane@example.com"] }] },
    },
    {
      run: `iam service-accounts get-iam-policy ${email}`,
      json: { bindings: [{ members: ["user:jane@example.com"] }] },
    },
    {
      run: "iam roles create myRole --project={project} --title=Mine --permissions=alloydb.clusters.get --stage=GA",
      json: { name: "projects/{project}/roles/myRole", includedPermissions: ["alloydb.clusters.get"] },
    },
    {
      run: "iam roles update myRole --project={project} --add-permissions=alloydb.clusters.list",
      json: { includedPermissions: ["alloydb.clusters.get", "alloydb.clusters.list"] },
    },
    { run: "iam roles delete myRole --project={project}", json: { deleted: true } },
    { run: "iam roles list --project={project} --show-deleted", json: [{ deleted: true }] },
    { run: "iam roles undelete myRole --project={project}", stdout: /^(?![\s\S]*deleted)/ },
    { run: "iam roles list --project={project}", json: [{ title: "Mine" }] },
    { run: "iam roles describe roles/alloydb.client", json: { name: "roles/alloydb.client" } },
    { run: "projects describe {project}", json: { projectNumber: "{number}", lifecycleState: "ACTIVE" } },
    { run: "projects describe {number}", json: { projectId: "{project}" } },
    { run: "projects list --filter=projectId:{project}", json: [{ projectId: "{project}" }] },
    { run: "projects get-ancestors {project}", json: [{ id: "{project}", type: "project" }] },
    {
      run: "services enable workflows.googleapis.com",
      wire: [
        "POST serviceusage.googleapis.com/v1/projects/{project}/services/workflows.googleapis.com:enable",
        "GET serviceusage.googleapis.com/v1/operations/OP",
      ],
    },
    { run: "services enable run.googleapis.com alloydb.googleapis.com" },
    { run: "services list --enabled --filter=config.name:alloydb", stdout: /alloydb\.googleapis\.com/ },
    { run: "services disable workflows.googleapis.com --force" },
    { run: "services list --enabled", stdout: /^(?![\s\S]*workflows\.googleapis\.com)/ },
    { run: `iam service-accounts delete ${email}`, wire: [`DELETE ${accounts}/-/serviceAccounts/${email}`] },
  ],
};
