import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../../local/json.ts";
import type { Replay } from "../replay.ts";
import { textAt, waitService } from "../run-wait.ts";
import type { Wire } from "../wire.ts";

const region = "asia-northeast1";
const knative = ({ project }: Wire) => `${region}-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/${project}`;
const policy = ({ project }: Wire) => `run.googleapis.com/v1/projects/${project}/locations/${region}/services/web`;
const member = "user:a@example.com";

/** Revisions of the service, the oldest first. */
async function revisionsOf(wire: Wire): Promise<readonly string[]> {
  const selector = encodeURIComponent("serving.knative.dev/service = web");
  const { body } = await wire.send(`GET ${knative(wire)}/revisions?labelSelector=${selector}`);
  const items = Array.isArray(body.items) ? (body.items as readonly JsonObject[]) : [];
  return items.map((item) => textAt(item, "metadata", "name")).sort();
}

/** The service's own fields with one environment variable more. */
function withVariable(read: JsonObject): JsonObject {
  const { spec } = read;
  const template = isJsonObject(spec) && isJsonObject(spec.template) ? spec.template : {};
  const inner = isJsonObject(template.spec) ? template.spec : {};
  const containers = (Array.isArray(inner.containers) ? inner.containers : []).filter(isJsonObject);
  const changed = containers.map((container) => ({ ...container, env: [{ name: "B", value: "2" }] }));
  return { ...read, spec: { template: { ...template, spec: { ...inner, containers: changed } } } };
}

/** What is looked up and changed of the service that `deploy` has made, and of its revisions. */
export const runCompanions: readonly Replay[] = [
  {
    row: "run: services get-iam-policy",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${policy(wire)}:getIamPolicy?options.requestedPolicyVersion=3`);
      expect(body).toMatchObject({ bindings: [{ role: "roles/run.invoker", members: ["allUsers", member] }] });
    },
  },
  {
    row: "run: services remove-iam-policy-binding",
    source: "recorded",
    async play(wire) {
      const { body: read } = await wire.send(`GET ${policy(wire)}:getIamPolicy?options.requestedPolicyVersion=3`);
      const bindings = [{ role: "roles/run.invoker", members: ["allUsers"] }];
      const body = { policy: { bindings, etag: String(read.etag), version: 3 } };
      const written = await wire.send(`POST ${policy(wire)}:setIamPolicy`, { body });
      expect(written.body.bindings).toEqual(bindings);
    },
  },
  {
    row: "run: services update",
    source: "recorded",
    async play(wire) {
      const { body: read } = await wire.send(`GET ${knative(wire)}/services/web`);
      const put = await wire.send(`PUT ${knative(wire)}/services/web`, { body: withVariable(read) });
      const updated = await waitService(wire, put);
      expect(updated).toMatchObject({
        metadata: { generation: 2 },
        spec: { template: { spec: { containers: [{ env: [{ name: "B", value: "2" }] }] } } },
        status: { latestReadyRevisionName: expect.stringMatching(/^web-00002-/) },
      });
    },
  },
  {
    row: "run: revisions describe",
    source: "recorded",
    async play(wire) {
      const [name = ""] = await revisionsOf(wire);
      const { body } = await wire.send(`GET ${knative(wire)}/revisions/${name}`);
      const labels = { "serving.knative.dev/service": "web" };
      expect(body).toMatchObject({ kind: "Revision", metadata: { name, labels, namespace: wire.number } });
      expect((await wire.send(`GET ${knative(wire)}/revisions/${name}x`)).status).toBe(404);
    },
  },
  {
    row: "run: revisions delete",
    source: "recorded",
    async play(wire) {
      const [first = "", latest = ""] = await revisionsOf(wire);
      const one = `${knative(wire)}/revisions/${first}`;
      expect(await wire.send(`DELETE ${one}`)).toMatchObject({ status: 200, body: { status: "Success" } });
      for (let gone = false; !gone; ) gone = (await wire.send(`GET ${one}`)).status === 404;
      expect(await revisionsOf(wire)).toEqual([latest]);
      const serving = await wire.send(`DELETE ${knative(wire)}/revisions/${latest}`);
      expect(serving.body.error).toMatchObject({ status: "FAILED_PRECONDITION" });
    },
  },
];
