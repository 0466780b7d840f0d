import { expect } from "@jest/globals";
import { deployFunction } from "../../../support/deploy-function.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const host = "cloudfunctions.googleapis.com";
const name = ({ project }: Wire) => `projects/${project}/locations/asia-northeast1/functions/hello`;

/** What gcloud sends to Cloud Functions, of a function that somebody has deployed. */
export const functionReplays: ReplayGroup = {
  project: "replay-functions",
  replays: [
    {
      row: "cloudfunctions: functions describe",
      source: "recorded",
      async play(wire) {
        const deployed = await deployFunction(wire.local, { project: wire.project, id: "hello" });
        const { body } = await wire.send(`GET ${host}/v2/${name(wire)}`);
        const { "@type": _type, ...served } = deployed;
        expect(body).toEqual(served);
        const serviceConfig = { uri: expect.stringMatching(/^https:\/\/hello-/), revision: expect.any(String) };
        expect(body).toMatchObject({ state: "ACTIVE", environment: "GEN_2", buildConfig: { runtime: "nodejs24" } });
        expect(body).toMatchObject({ name: name(wire), url: expect.stringMatching(/\/hello$/), serviceConfig });
        const absent = await wire.send(`GET ${host}/v2/${name(wire)}-not`);
        expect(absent.body.error).toMatchObject({ code: 404, status: "NOT_FOUND" });
      },
    },
    {
      row: "cloudfunctions: functions list",
      source: "recorded",
      async play(wire) {
        const project = `projects/${wire.project}`;
        const places = await wire.send(`GET ${host}/v1/${project}/locations?pageSize=100`);
        expect(places.body.locations).toContainEqual(expect.objectContaining({ locationId: "asia-northeast1" }));
        const second = "filter=environment%3D%22GEN_2%22&pageSize=100";
        for (const place of ["-", "asia-northeast1"]) {
          const { body } = await wire.send(`GET ${host}/v2/${project}/locations/${place}/functions?${second}`);
          expect(body.functions).toMatchObject([{ name: name(wire), state: "ACTIVE", environment: "GEN_2" }]);
          const first = await wire.send(`GET ${host}/v1/${project}/locations/${place}/functions?pageSize=100`);
          expect(first).toMatchObject({ status: 200, text: "{}" });
        }
        const elsewhere = await wire.send(`GET ${host}/v2/${project}/locations/us-central1/functions?${second}`);
        expect(elsewhere).toMatchObject({ status: 200, text: "{}" });
      },
    },
  ],
};
