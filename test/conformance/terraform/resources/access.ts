import { expect } from "@jest/globals";
import type { Life } from "../life.ts";

const iam = "iam.googleapis.com/v1/projects/{project}";
const account = `${iam}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com`;
const role = `${iam}/roles/deployRole`;
const services = "serviceusage.googleapis.com/v1/projects/{project}/services";
const member = "serviceAccount:deployer@{project}.iam.gserviceaccount.com";
const title = { title: "Deploys", stage: "GA" };

/** The project's APIs, and who may do what. */
export const accessLives: readonly Life[] = [
  {
    resource: "google_project_service",
    create: [
      {
        send: "GET cloudresourcemanager.googleapis.com/v1/projects/{project}",
        answer: { lifecycleState: "ACTIVE", projectNumber: "{number}" },
      },
      {
        send: `POST ${services}:batchEnable?prettyPrint=false`,
        body: { serviceIds: ["eventarc.googleapis.com", "run.googleapis.com"] },
        wait: "operation",
      },
    ],
    read: `GET ${services}?fields=services%2Fname%2CnextPageToken&filter=state%3AENABLED&prettyPrint=false&pageSize=200`,
    imports: ["{project}/run.googleapis.com", "{number}/run.googleapis.com"],
    state: {
      services: expect.arrayContaining([
        { name: expect.stringMatching(/^projects\/\d+\/services\/run\.googleapis\.com$/) },
      ]) as unknown as [],
    },
    remove: [
      {
        send: `POST ${services}/eventarc.googleapis.com:disable`,
        body: { disableDependentServices: true },
        wait: "operation",
      },
    ],
    gone: (answer) => !JSON.stringify(answer).includes("eventarc.googleapis.com"),
  },
  {
    resource: "google_service_account",
    create: [
      {
        send: `POST ${iam}/serviceAccounts?prettyPrint=false`,
        body: { accountId: "deployer", serviceAccount: { displayName: "Deployer" } },
        answer: { email: "deployer@{project}.iam.gserviceaccount.com" },
      },
    ],
    read: `GET ${account}?prettyPrint=false`,
    imports: [
      "projects/{project}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com",
      "projects/{number}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com",
      { id: "projects/{project}/serviceAccounts/{uniqueId}", read: `GET ${iam}/serviceAccounts/{read.uniqueId}` },
    ],
    state: {
      name: "projects/{project}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com",
      projectId: "{project}",
      email: "deployer@{project}.iam.gserviceaccount.com",
      displayName: "Deployer",
      uniqueId: expect.stringMatching(/^\d{21}$/) as unknown as string,
    },
    absent: ["description", "disabled"],
    spreadMs: 120_000,
    update: [
      { send: `POST ${account}:disable`, body: {} },
      { send: `POST ${account}:enable`, body: {} },
      {
        send: `PATCH ${account}?prettyPrint=false`,
        body: {
          serviceAccount: { displayName: "Deploys", description: "of the article", etag: "{read.etag}" },
          updateMask: "description,display_name",
        },
      },
    ],
    updated: { displayName: "Deploys", description: "of the article" },
    remove: [{ send: `DELETE ${account}?prettyPrint=false` }],
  },
  {
    resource: "google_project_iam_custom_role",
    create: [
      { send: `GET ${role}`, status: 404 },
      {
        send: `POST ${iam}/roles`,
        body: {
          role: { ...title, includedPermissions: ["run.services.get", "run.services.list"] },
          roleId: "deployRole",
        },
        answer: { name: "projects/{project}/roles/deployRole" },
      },
    ],
    read: `GET ${role}`,
    imports: [
      "projects/{project}/roles/deployRole",
      "projects/{number}/roles/deployRole",
      "{project}/deployRole",
      "deployRole",
    ],
    state: {
      ...title,
      name: "projects/{project}/roles/deployRole",
      includedPermissions: ["run.services.get", "run.services.list"],
    },
    absent: ["description", "deleted"],
    update: [
      { send: `PATCH ${role}`, body: { ...title, description: "less", includedPermissions: ["run.services.get"] } },
    ],
    updated: { ...title, description: "less", includedPermissions: ["run.services.get"] },
    remove: [{ send: `DELETE ${role}` }],
    gone: ({ deleted }) => deleted === true,
  },
  {
    resource: "google_project_iam_custom_role that was deleted before",
    create: [
      { send: `POST ${iam}/roles`, body: { role: title, roleId: "backRole" } },
      { send: `DELETE ${iam}/roles/backRole` },
      { send: `GET ${iam}/roles/backRole`, answer: { deleted: true } },
      { send: `POST ${iam}/roles/backRole:undelete`, body: {} },
      { send: `PATCH ${iam}/roles/backRole`, body: { ...title, includedPermissions: ["run.jobs.run"] } },
    ],
    read: `GET ${iam}/roles/backRole`,
    imports: ["projects/{project}/roles/backRole"],
    state: { ...title, includedPermissions: ["run.jobs.run"] },
    absent: ["deleted"],
    remove: [{ send: `DELETE ${iam}/roles/backRole` }],
    gone: ({ deleted }) => deleted === true,
  },
  {
    resource: "google_service_account_iam_member",
    create: [
      { send: `POST ${account}:getIamPolicy?options.requestedPolicyVersion=3` },
      {
        send: `POST ${account}:setIamPolicy`,
        body: { policy: { bindings: [{ role: "roles/iam.serviceAccountUser", members: [member] }], version: 3 } },
      },
    ],
    read: `POST ${account}:getIamPolicy?options.requestedPolicyVersion=3`,
    imports: [
      "projects/{project}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com roles/iam.serviceAccountUser serviceAccount:deployer@{project}.iam.gserviceaccount.com",
      "projects/{number}/serviceAccounts/deployer@{project}.iam.gserviceaccount.com roles/iam.serviceAccountUser serviceAccount:deployer@{project}.iam.gserviceaccount.com",
    ],
    state: { bindings: [{ role: "roles/iam.serviceAccountUser", members: [member] }] },
    remove: [{ send: `POST ${account}:setIamPolicy`, body: { policy: { bindings: [], version: 3 } } }],
    gone: ({ bindings }) => bindings === undefined,
  },
];
