import { expect } from "@jest/globals";
import { pollOperation, waitCompute } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const compute = ({ project }: Wire) => `compute.googleapis.com/compute/v1/projects/${project}`;
const secrets = ({ project }: Wire) => `secretmanager.googleapis.com/v1/projects/${project}/secrets`;

/** What holds for every command: errors, loops, ways to name things. */
export const ruleReplays: ReplayGroup = {
  project: "replay-rules",
  replays: [
    {
      row: "rules: compute's wait is a long poll with an empty body",
      async play(wire) {
        const { clock } = wire.local.cloud;
        clock.pause();
        const started = await wire.send(`POST ${compute(wire)}/global/networks`, {
          body: { name: "my-vpc", autoCreateSubnetworks: false },
        });
        const waiting = wire.send(`POST ${compute(wire)}/global/operations/${String(started.body.name)}/wait`);
        const looked = await wire.send(`GET ${compute(wire)}/global/operations/${String(started.body.name)}`);
        expect(looked.body.status).not.toBe("DONE");
        clock.resume();
        expect((await waiting).body).toMatchObject({ status: "DONE" });
        expect(await waitCompute(wire, started)).toMatchObject({ status: "DONE", progress: 100 });
      },
    },
    {
      row: "rules: an operation is looked at until it is done",
      async play(wire) {
        const address = `artifactregistry.googleapis.com/v1/projects/${wire.project}/locations/us-central1/repositories`;
        const { clock } = wire.local.cloud;
        clock.pause();
        const started = await wire.send(`POST ${address}?repositoryId=slow`, { body: { format: "DOCKER" } });
        const first = await wire.send(`GET artifactregistry.googleapis.com/v1/${String(started.body.name)}`);
        expect(first.body.done ?? false).toBe(false);
        expect(first.body.metadata).toMatchObject({ "@type": expect.any(String) });
        clock.resume();
        const done = await pollOperation(wire, "artifactregistry.googleapis.com/v1", started);
        expect(done.response).toMatchObject({ "@type": expect.any(String) });
      },
    },
    {
      row: "rules: an operation that ends in an error says so with HTTP 200",
      async play(wire) {
        const connectors = `vpcaccess.googleapis.com/v1/projects/${wire.project}/locations/us-central1/connectors`;
        const body = { network: "my-vpc", ipCidrRange: "10.0.0.0/28", minInstances: 2, maxInstances: 3 };
        const subnet = { name: "taken", ipCidrRange: "10.0.0.0/24", network: "global/networks/my-vpc" };
        const made = await wire.send(`POST ${compute(wire)}/regions/us-central1/subnetworks`, { body: subnet });
        await waitCompute(wire, made);
        const started = await wire.send(`POST ${connectors}?connectorId=my-connector`, { body });
        const ended = await pollOperation(wire, "vpcaccess.googleapis.com/v1", started);
        expect(ended.error).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
      },
    },
    {
      row: "rules: 404 and 409 in the envelopes of two families",
      async play(wire) {
        const absent = await wire.send(`GET ${compute(wire)}/global/networks/absent`);
        const message = `The resource 'projects/${wire.project}/global/networks/absent' was not found`;
        const errors = [{ message, domain: "global", reason: "notFound" }];
        expect(absent).toMatchObject({ status: 404, body: { error: { code: 404, message, errors } } });
        const network = { name: "my-vpc", autoCreateSubnetworks: false };
        const again = await wire.send(`POST ${compute(wire)}/global/networks`, { body: network });
        expect(again.body.error).toMatchObject({ code: 409, errors: [{ reason: "alreadyExists" }] });
        const missing = await wire.send(`GET ${secrets(wire)}/absent`);
        expect(missing.body.error).toMatchObject({ code: 404, status: "NOT_FOUND", message: expect.any(String) });
      },
    },
    {
      row: "rules: a create that took effect before its 503 is sent again and meets its own 409",
      async play(wire) {
        const effect = { kind: "error", code: "UNAVAILABLE", after: true } as const;
        wire.local.faults.add({ on: "call", match: "*.CreateSecret", when: { times: 1 }, effect });
        const create = () =>
          wire.send(`POST ${secrets(wire)}?secretId=sent-twice`, { body: { replication: { automatic: {} } } });
        expect((await create()).body.error).toMatchObject({ code: 503, status: "UNAVAILABLE" });
        expect((await create()).body.error).toMatchObject({ code: 409, status: "ALREADY_EXISTS" });
      },
    },
    {
      row: "rules: a look at an operation that fails is repeated",
      async play(wire) {
        const host = "artifactregistry.googleapis.com/v1";
        const address = `${host}/projects/${wire.project}/locations/us-central1/repositories`;
        const started = await wire.send(`POST ${address}?repositoryId=looked`, { body: { format: "DOCKER" } });
        const effect = { kind: "error", code: "INTERNAL" } as const;
        wire.local.faults.add({ on: "call", match: "*Operations.GetOperation", when: { times: 1 }, effect });
        expect((await wire.send(`GET ${host}/${String(started.body.name)}`)).status).toBe(500);
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
      },
    },
    {
      row: "rules: too many requests, in the envelopes of two families",
      async play(wire) {
        const effect = { kind: "error", code: "RESOURCE_EXHAUSTED" } as const;
        wire.local.faults.add({ on: "call", match: "*", resource: `*${wire.project}*`, when: { times: 2 }, effect });
        const one = await wire.send(`GET ${secrets(wire)}/sent-twice`);
        expect(one.body.error).toMatchObject({ code: 429, status: "RESOURCE_EXHAUSTED" });
        const other = await wire.send(`GET ${compute(wire)}/global/networks/my-vpc`);
        expect(other.body.error).toMatchObject({ code: 429, errors: [{ reason: expect.any(String) }] });
        expect((await wire.send(`GET ${secrets(wire)}/sent-twice`)).status).toBe(200);
      },
    },
    {
      row: "rules: a request without credentials",
      async play(wire) {
        const answer = await wire.send(`GET ${secrets(wire)}`, { headers: { authorization: "" } });
        expect(answer).toMatchObject({ status: 401, body: { error: { code: 401, status: "UNAUTHENTICATED" } } });
      },
    },
    {
      row: "rules: Python's booleans and parameters of every method",
      async play(wire) {
        const query = "includeAllScopes=True&returnPartialSuccess=True&prettyPrint=True&quotaUser=me";
        const all = await wire.send(`GET ${compute(wire)}/aggregated/subnetworks?${query}`);
        expect(all.body.items).toMatchObject({ "regions/us-east1": { warning: expect.anything() } });
        const some = await wire.send(`GET ${compute(wire)}/aggregated/subnetworks?includeAllScopes=False`);
        expect(some.body.items).not.toHaveProperty("regions/us-east1");
      },
    },
    {
      row: "rules: a project's number stands for its id",
      async play(wire) {
        const body = { replication: { automatic: {} } };
        const numbered = `secretmanager.googleapis.com/v1/projects/${wire.number}/secrets`;
        expect((await wire.send(`POST ${numbered}?secretId=by-number`, { body })).status).toBe(200);
        const { body: secret } = await wire.send(`GET ${secrets(wire)}/by-number`);
        expect(secret.name).toBe(`projects/${wire.number}/secrets/by-number`);
        const byNumber = compute({ ...wire, project: wire.number });
        const network = await wire.send(`GET ${byNumber}/global/networks/my-vpc`);
        expect(network.body.selfLink).toContain(`/projects/${wire.project}/global/networks/my-vpc`);
        const repositories = `artifactregistry.googleapis.com/v1/projects/${wire.number}/locations/us-central1/repositories`;
        const repository = await wire.send(`GET ${repositories}/slow`);
        expect(repository.body.name).toBe(`projects/${wire.project}/locations/us-central1/repositories/slow`);
      },
    },
  ],
};
