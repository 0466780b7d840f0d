import { describe, expect, it } from "@jest/globals";
import { type EnvironmentClients, examineEnvironments } from "../../../deploy/doctor/environments.ts";
import type { Binding, Policy } from "../../../google/policy.ts";
import { identityStep } from "../../../plan/steps/identity.ts";
import { parseSpec } from "../../../spec/load.ts";
import { smallestText } from "../../spec/example.ts";

const project = "my-project";
const installation = {
  installation: `${project}-alloyrun`,
  seedRunnerImage: "image",
  requestUrl: "https://example.com",
  source: `sources/${"1".repeat(64)}.tgz`,
  seed: `seeds/${"2".repeat(64)}.tgz`,
};
const accessor = "roles/secretmanager.secretAccessor";
const user = "roles/iam.serviceAccountUser";

/** The accounts and secrets of an environment with exactly what the step grants, in memory. */
function environmentInMemory() {
  const input = identityStep.input(parseSpec(smallestText), installation);
  if (!input) throw new Error("the step is told nothing");
  const accounts = [input.serviceAccount, input.seedAccount];
  const secrets = [input.adminSecret, ...(input.applicationSecret ? [input.applicationSecret] : [])];
  const policies = new Map<string, Policy>();
  const add = (on: string, ...bindings: readonly Binding[]) =>
    policies.set(on, { bindings: [...(policies.get(on)?.bindings ?? []), ...bindings] });
  for (const { name, email, actors, projectRoles } of accounts) {
    add(name, { role: user, members: actors });
    const members = [`serviceAccount:${email}`];
    add(project, ...projectRoles.map(({ role, condition }) => ({ role, members, ...(condition && { condition }) })));
  }
  for (const { name, grants } of secrets) add(name, ...grants);
  const { mark: description, labels } = input.ownership;
  const theirs = { name: `projects/${project}/serviceAccounts/x`, email: "x@example.com", description: "mine" };
  const clients: EnvironmentClients = {
    iam: {
      listAccounts: async () => [theirs, ...accounts.map(({ name, email }) => ({ name, email, description }))],
      getAccountPolicy: async (name) => policies.get(name) ?? {},
    },
    labelled: {
      list: async () => [
        {
          name: "projects/1/secrets/alloyrun-link-key",
          labels: { "alloyrun-installation": installation.installation },
        },
        ...secrets.map(({ name }) => ({ name: name.replace(project, "12345"), labels })),
      ],
    },
    resourceManager: { getProjectPolicy: async () => policies.get(project) ?? {} },
    secrets: { getSecretPolicy: async (name) => policies.get(name) ?? {} },
  };
  return { clients, input, add };
}

describe("examineEnvironments", () => {
  it("finds and notes nothing where just what the step grants is granted", async () => {
    const { clients, add, input } = environmentInMemory();
    add(project, { role: "roles/owner", members: ["user:ann@example.com"] });
    add(input.adminSecret.name, { role: accessor, members: ["deleted:user:bob@example.com?uid=1"] });
    expect(await examineEnvironments(clients, project)).toEqual({ findings: [], notes: [] });
  });

  it("finds what everybody and our accounts can do, and roles that rule over the project", async () => {
    const { clients, add, input } = environmentInMemory();
    const [service, seed] = [input.serviceAccount, input.seedAccount];
    const hook = `serviceAccount:alloyrun-hook@${project}.iam.gserviceaccount.com`;
    add(project, { role: "roles/owner", members: [`serviceAccount:${service.email}`] });
    add(service.name, { role: user, members: [hook] });
    const always = { title: "always", expression: "true" };
    add(input.adminSecret.name, { role: accessor, members: ["allUsers"], condition: always });
    add(input.adminSecret.name, { role: accessor, members: [`serviceAccount:${service.email}`] });
    add(seed.name, { role: user, members: ["allAuthenticatedUsers"] });
    const { findings, notes } = await examineEnvironments(clients, project);
    expect(notes).toEqual([]);
    const admin = input.adminSecret.name.replace(/.*\//, "");
    const remove = (what: string) => `gcloud ${what}`;
    expect(findings.map(({ resource, command }) => [resource, command])).toEqual([
      [
        `projects/${project}`,
        remove(
          `projects remove-iam-policy-binding ${project} --member=serviceAccount:${service.email} --role=roles/owner --condition=None`,
        ),
      ],
      [
        service.name,
        remove(
          `iam service-accounts remove-iam-policy-binding ${service.email} --project=${project} --member=${hook} --role=${user} --condition=None`,
        ),
      ],
      [
        seed.name,
        remove(
          `iam service-accounts remove-iam-policy-binding ${seed.email} --project=${project} --member=allAuthenticatedUsers --role=${user} --condition=None`,
        ),
      ],
      ...[
        `allUsers --role=${accessor} --all`,
        `serviceAccount:${service.email} --role=${accessor} --condition=None`,
      ].map((end) => [
        input.adminSecret.name,
        remove(`secrets remove-iam-policy-binding ${admin} --project=${project} --member=${end}`),
      ]),
    ]);
    expect(findings[0]).toMatchObject({
      check: "environments",
      problem: `${service.email} has roles/owner, which ${input.ownership.environment} does not need`,
    });
  });

  it("notes what people may have meant: who else reads a password, and what else an application may do", async () => {
    const { clients, add, input } = environmentInMemory();
    const { serviceAccount: service, adminSecret: admin } = input;
    add(admin.name, { role: accessor, members: ["user:ann@example.com"] });
    add(project, { role: "roles/storage.objectViewer", members: [`serviceAccount:${service.email}`] });
    add(service.name, { role: user, members: ["group:team@example.com"] });
    const { findings, notes } = await examineEnvironments(clients, project);
    expect(findings).toEqual([]);
    const { environment } = input.ownership;
    expect(notes.map(({ text }) => text)).toEqual([
      `projects/${project}: ${service.email} has roles/storage.objectViewer, which ${environment} does not need`,
      `${service.name}: group:team@example.com has ${user}, which ${environment} does not need`,
      `${admin.name}: user:ann@example.com has ${accessor}, which ${environment} does not need`,
    ]);
  });
});
