import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const apis = [createCompute, createIam, createPubSub, createResourceManager, createSecretManager, createStorage];
const jane = "user:jane@example.com";
const region = `compute.googleapis.com/compute/v1/projects/${testProject}/regions/us-east1`;
const secret = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
const topic = `pubsub.googleapis.com/v1/projects/${testProject}/topics/some-topic`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis });
  await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, {
    body: { name: "some-bucket" },
  });
  // A new bucket has bindings of its own, which whoever may grant other roles only may not take away.
  await rest(local, "PUT storage.googleapis.com/storage/v1/b/some-bucket/iam", { body: { bindings: [] } });
  await rest(local, `POST ${secret}?secretId=s`, { body: { replication: { automatic: {} } } });
  await rest(local, `POST ${accounts}`, { body: { accountId: "some-account" } });
  await rest(local, `PUT ${topic}`, { body: {} });
  const networks = `compute.googleapis.com/compute/v1/projects/${testProject}/global/networks`;
  await rest(local, `POST ${networks}`, { body: { name: "net", autoCreateSubnetworks: false } });
  await local.cloud.clock.advance(120_000);
  const network = `projects/${testProject}/global/networks/net`;
  await rest(local, `POST ${region}/subnetworks`, { body: { name: "sub", network, ipCidrRange: "10.0.0.0/24" } });
  await local.cloud.clock.advance(120_000);
  limit([
    ...["roles/storage.objectViewer", "roles/compute.networkUser", "roles/secretmanager.secretAccessor"],
    ...["roles/iam.serviceAccountUser", "roles/pubsub.publisher"],
  ]);
  await local.cloud.clock.advance(600_000);
}, 60_000);
afterAll(() => local.stop());

/** Lets Jane set policies that change the grants of these roles alone. */
function limit(roles: readonly string[]): void {
  const allowed = roles.map((role) => `'${role}'`).join(", ");
  const expression = `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${allowed}])`;
  local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, {
    version: 3,
    bindings: ["storage", "compute", "secretmanager", "iam.serviceAccount", "pubsub"].map((kind) => ({
      role: kind.includes(".") ? `roles/${kind}Admin` : `roles/${kind}.admin`,
      members: [jane],
      condition: { title: "limit", expression },
    })),
  });
}

interface Place {
  readonly kind: string;
  readonly allowed: string;
  readonly other: string;
  readonly set: (bindings: object[]) => Promise<{ status: number }>;
}

const places: readonly Place[] = [
  {
    kind: "a bucket",
    allowed: "roles/storage.objectViewer",
    other: "roles/storage.objectAdmin",
    set: (bindings) =>
      rest(local, "PUT storage.googleapis.com/storage/v1/b/some-bucket/iam", { as: jane, body: { bindings } }),
  },
  {
    kind: "a subnetwork",
    allowed: "roles/compute.networkUser",
    other: "roles/compute.networkAdmin",
    set: (bindings) =>
      rest(local, `POST ${region}/subnetworks/sub/setIamPolicy`, { as: jane, body: { policy: { bindings } } }),
  },
  {
    kind: "a secret",
    allowed: "roles/secretmanager.secretAccessor",
    other: "roles/secretmanager.admin",
    set: (bindings) => rest(local, `POST ${secret}/s:setIamPolicy`, { as: jane, body: { policy: { bindings } } }),
  },
  {
    kind: "a service account",
    allowed: "roles/iam.serviceAccountUser",
    other: "roles/iam.serviceAccountTokenCreator",
    set: (bindings) =>
      rest(local, `POST ${accounts}/some-account@${testProject}.iam.gserviceaccount.com:setIamPolicy`, {
        ...{ as: jane, body: { policy: { bindings } } },
      }),
  },
];

describe("a limit on the roles that may be granted", () => {
  it.each(places)("holds on the policy of $kind", async ({ allowed, other, set }) => {
    const member = "user:joe@example.com";
    const granted = [{ role: allowed, members: [member] }];
    expect((await set(granted)).status).toBe(200);
    expect((await set([...granted, { role: other, members: [member] }])).status).toBe(403);
    expect((await set([{ role: other, members: [member] }])).status).toBe(403);
    expect((await set([])).status).toBe(200);
  });

  it("grants nothing where the service does not tell which roles change, and leaves everything else as it is", async () => {
    const bindings = [{ role: "roles/pubsub.publisher", members: ["user:joe@example.com"] }];
    const refused = await rest(local, `POST ${topic}:setIamPolicy`, { as: jane, body: { policy: { bindings } } });
    expect(refused.status).toBe(403);
    expect((await rest(local, `GET ${topic}:getIamPolicy`, { as: jane })).status).toBe(200);
  });

  it("is taken by policies of projects alone", async () => {
    const expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])";
    const binding = { role: "roles/secretmanager.admin", members: [jane], condition: { title: "limit", expression } };
    const body = { policy: { version: 3, bindings: [binding] } };
    const refused = await rest(local, `POST ${secret}/s:setIamPolicy`, { body });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("on projects only")]);
  });
});
