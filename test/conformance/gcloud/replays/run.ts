import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { answering, pushImage } from "../../../support/push-image.ts";
import type { ReplayGroup } from "../replay.ts";
import { textAt, waitService } from "../run-wait.ts";
import type { Wire } from "../wire.ts";
import { runCompanions } from "./run-companions.ts";

const region = "asia-northeast1";
const host = `${region}-run.googleapis.com`;
const knative = ({ project }: Wire) => `${host}/apis/serving.knative.dev/v1/namespaces/${project}`;
const located = ({ project }: Wire) => `run.googleapis.com/v1/projects/${project}/locations/${region}`;

function image({ local, project }: Wire, name: string): string {
  return pushImage(local, { project, name, source: answering(name) });
}

function manifest(wire: Wire, name: string, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: { name, namespace: wire.project, annotations: { "run.googleapis.com/ingress": "all" } },
    spec: {
      template: {
        metadata: {
          annotations: { "autoscaling.knative.dev/maxScale": "10", "run.googleapis.com/execution-environment": "gen1" },
        },
        spec: { containers: [{ image: image(wire, "web"), ports: [{ containerPort: 8080 }], ...more }] },
      },
    },
  };
}

const ready = ["Ready", "ConfigurationsReady", "RoutesReady"].map((type) => ({ type, status: "True" }));

/** What gcloud sends to Cloud Run. */
export const runReplays: ReplayGroup = {
  project: "replay-run",
  replays: [
    {
      row: "run: services replace",
      async play(wire) {
        const one = `${knative(wire)}/services/service-alloyrun`;
        for (let count = 0; count < 2; count += 1) expect(await wire.send(`GET ${one}`)).toMatchObject({ status: 404 });
        const body = manifest(wire, "service-alloyrun");
        const made = await waitService(wire, await wire.send(`POST ${knative(wire)}/services`, { body }));
        expect(made).toMatchObject({
          kind: "Service",
          metadata: { name: "service-alloyrun", namespace: wire.number, generation: 1 },
          status: {
            observedGeneration: 1,
            conditions: ready,
            url: expect.stringMatching(/^https:\/\/service-alloyrun-/),
          },
        });

        const { body: read } = await wire.send(`GET ${one}`);
        const metadata = {
          ...(body.metadata as JsonObject),
          resourceVersion: textAt(read, "metadata", "resourceVersion"),
        };
        const again = await wire.send(`PUT ${one}`, { body: { ...body, metadata } });
        const same = await waitService(wire, again);
        expect(textAt(same, "status", "latestCreatedRevisionName")).toBe(
          textAt(made, "status", "latestCreatedRevisionName"),
        );
        const stale = await wire.send(`PUT ${one}`, { body: { ...body, metadata } });
        expect(stale).toMatchObject({
          status: 409,
          body: {
            error: { status: "ABORTED", message: expect.stringMatching(/^Conflict for resource 'service-alloyrun'/) },
          },
        });
      },
    },
    {
      row: "run: services deploy",
      async play(wire) {
        const enabled = `serviceusage.googleapis.com/v1/projects/${wire.project}/services/run.googleapis.com`;
        expect(await wire.send(`GET ${enabled}`)).toMatchObject({ status: 200 });
        expect(await wire.send(`GET ${knative(wire)}/services/web`)).toMatchObject({ status: 404 });
        const client = { "run.googleapis.com/client-name": "gcloud", "run.googleapis.com/client-version": "528.0.0" };
        const body = {
          apiVersion: "serving.knative.dev/v1",
          kind: "Service",
          metadata: { name: "web", namespace: wire.project, annotations: client, labels: {} },
          spec: {
            template: {
              metadata: {
                annotations: { ...client, "run.googleapis.com/startup-cpu-boost": "True" },
                labels: { "client.knative.dev/nonce": "abc" },
              },
              spec: {
                containerConcurrency: 80,
                timeoutSeconds: 300,
                containers: [{ image: image(wire, "web"), name: "" }],
              },
            },
            traffic: [{ percent: 100, latestRevision: true }],
          },
          status: {},
        };
        const created = await wire.send(`POST ${knative(wire)}/services`, { body });
        const { body: policy } = await wire.send(`GET ${located(wire)}/services/web:getIamPolicy`);
        const bindings = [{ role: "roles/run.invoker", members: ["allUsers"] }];
        const set = await wire.send(`POST ${located(wire)}/services/web:setIamPolicy`, {
          body: { policy: { ...policy, bindings } },
        });
        expect(set).toMatchObject({ status: 200, body: { bindings } });
        expect(await waitService(wire, created)).toMatchObject({
          metadata: { annotations: client },
          spec: { template: { metadata: { annotations: client, labels: { "client.knative.dev/nonce": "abc" } } } },
          status: { conditions: ready, traffic: [{ percent: 100, latestRevision: true }] },
        });
      },
    },
    {
      row: "run: services add-iam-policy-binding",
      async play(wire) {
        const name = `${located(wire)}/services/web`;
        const { body: policy } = await wire.send(`GET ${name}:getIamPolicy?options.requestedPolicyVersion=3`);
        const bindings = [{ role: "roles/run.invoker", members: ["allUsers", "user:a@example.com"] }];
        const set = () =>
          wire.send(`POST ${name}:setIamPolicy`, { body: { policy: { ...policy, bindings, version: 3 } } });
        expect(await set()).toMatchObject({ status: 200, body: { bindings } });
        expect(await set()).toMatchObject({ status: 409 });
        const permissions = ["run.services.get", "run.routes.invoke"];
        const tested = await wire.send(`POST ${name}:testIamPermissions`, { body: { permissions } });
        expect(tested.body).toEqual({ permissions });
      },
    },
    {
      row: "run: services describe",
      async play(wire) {
        expect(await wire.send(`GET ${knative(wire)}/services/web`)).toMatchObject({
          body: {
            metadata: {
              name: "web",
              uid: expect.any(String),
              selfLink: expect.stringContaining(`/namespaces/${wire.number}/services/web`),
            },
          },
        });
        const byNumber = `${host}/apis/serving.knative.dev/v1/namespaces/${wire.number}/services/web`;
        expect(await wire.send(`GET ${byNumber}`)).toMatchObject({ status: 200 });
        expect(await wire.send(`GET ${knative(wire)}/configurations/web`)).toMatchObject({
          body: { kind: "Configuration" },
        });
        expect(await wire.send(`GET ${knative(wire)}/routes/web`)).toMatchObject({ body: { kind: "Route" } });
        const elsewhere = `europe-west1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/${wire.project}`;
        expect(await wire.send(`GET ${elsewhere}/services/web`)).toMatchObject({
          status: 404,
          body: {
            error: {
              message: `Resource 'web' of kind 'SERVICE' in region 'europe-west1' in project '${wire.project}' does not exist.`,
            },
          },
        });
        expect(
          await wire.send(`GET run.googleapis.com/v1/projects/${wire.project}/locations?pageSize=100`),
        ).toMatchObject({
          body: { locations: expect.arrayContaining([expect.objectContaining({ locationId: region })]) },
        });
      },
    },
    {
      row: "run: services list",
      async play(wire) {
        const items = ["service-alloyrun", "web"].map((name) => ({
          metadata: { name, labels: { "cloud.googleapis.com/location": region } },
        }));
        expect((await wire.send(`GET ${knative(wire)}/services`)).body).toMatchObject({ kind: "ServiceList", items });
        const everywhere = `run.googleapis.com/v1/projects/${wire.project}/locations/-/services`;
        expect((await wire.send(`GET ${everywhere}`)).body).toMatchObject({ items });
        const { body: page } = await wire.send(`GET ${everywhere}?limit=1`);
        const token = encodeURIComponent(textAt(page, "metadata", "continue"));
        const { body: rest } = await wire.send(`GET ${everywhere}?limit=1&continue=${token}`);
        expect(rest).toMatchObject({ items: [items[1]], metadata: {} });
        expect(textAt(rest, "metadata", "continue")).toBe("undefined");
      },
    },
    {
      row: "run: revisions list",
      async play(wire) {
        const select = (text: string) =>
          wire.send(`GET ${knative(wire)}/revisions?labelSelector=${encodeURIComponent(text)}`);
        const { body } = await select("serving.knative.dev/service = web");
        expect(body).toMatchObject({
          items: [
            {
              metadata: { name: expect.stringMatching(/^web-00001-/) },
              status: {
                conditions: expect.arrayContaining([expect.objectContaining({ type: "Active", status: "True" })]),
              },
            },
          ],
        });
        expect(body.items).toHaveLength(1);
        expect((await select("serving.knative.dev/service in (web, service-alloyrun)")).body.items).toHaveLength(2);
        expect((await select("serving.knative.dev/service!=web,!none")).body.items).toHaveLength(1);
        expect(await select("a b c")).toMatchObject({ status: 400 });
      },
    },
    {
      row: "run: a service that version 1 refuses",
      async play(wire) {
        const post = (body: JsonObject) => wire.send(`POST ${knative(wire)}/services`, { body });
        const refused = async (body: JsonObject, message: string | RegExp) =>
          expect(await post(body)).toMatchObject({
            status: 400,
            body: { error: { status: "INVALID_ARGUMENT", message: expect.stringMatching(message) } },
          });
        await refused(
          manifest(wire, "bad", { imagee: "i" }),
          /Unknown name "imagee" at 'service\.spec\.template\.spec\.containers\[0\]': Cannot find field/,
        );
        await refused(
          manifest(wire, "bad", { args: "a" }),
          /'service\.spec\.template\.spec\.containers\[0\]\.args' is not a list/,
        );
        await refused(
          manifest(wire, "bad", { env: [{ name: "PORT", value: "1" }] }),
          /^spec\.template\.spec\.containers\[0\]\.env: The following reserved env names/,
        );
        await refused(
          manifest(wire, "bad", { livenessProbe: { tcpSocket: { port: 1 } } }),
          /^spec\.template\.spec\.containers\.liveness_probe: TCP/,
        );
        await refused(manifest(wire, "Bad"), /^metadata\.name: Bad: only lowercase/);
        await refused({ ...manifest(wire, "bad"), kind: "Servize" }, /^kind: must be 'Service'/);
        await refused(
          { ...manifest(wire, "bad"), metadata: { name: "bad", namespace: "other" } },
          /^metadata\.namespace/,
        );
        const misplaced = { name: "bad", annotations: { "run.googleapis.com/secrets": "a:projects/p/secrets/s" } };
        await refused(
          { ...manifest(wire, "bad"), metadata: misplaced },
          /^metadata\.annotations: Annotation 'run\.googleapis\.com\/secrets' is not supported on resources of kind 'Service'\. Supported kinds are: Revision, Execution$/,
        );
        const unserved = { name: "bad", annotations: { "run.googleapis.com/iap-enabled": "true" } };
        expect(await post({ ...manifest(wire, "bad"), metadata: unserved })).toMatchObject({ status: 501 });
        expect(await post(manifest(wire, "web"))).toMatchObject({
          status: 409,
          body: { error: { status: "ALREADY_EXISTS" } },
        });
        expect(
          await wire.send(`POST ${knative(wire)}/services?dryRun=all`, { body: manifest(wire, "dry") }),
        ).toMatchObject({ status: 200, body: { metadata: { name: "dry" } } });
        expect(await wire.send(`GET ${knative(wire)}/services/dry`)).toMatchObject({ status: 404 });
      },
    },
    ...runCompanions,
    {
      row: "run: services delete",
      async play(wire) {
        const one = `${knative(wire)}/services/service-alloyrun`;
        expect(await wire.send(`DELETE ${one}`)).toMatchObject({ status: 200, body: { status: "Success" } });
        for (let gone = false; !gone; ) gone = (await wire.send(`GET ${one}`)).status === 404;
      },
    },
  ],
};
