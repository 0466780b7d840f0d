import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type KeptCloud, place, startKeptCloud } from "./support/kept-cloud.ts";
import type { Session } from "./support/session.ts";

jest.setTimeout(600_000);

const project = "my-project";

/**
 * Calls of a run right after which the whole cloud is killed, in the order in which they come; every other call has its own
 * case where runs are resumed.
 */
const boundaries = ["BatchEnableServices", "CreateInstance", "CreateService"];

/** The same of its removal. */
const removals = ["DeleteCluster"];

/** One environment whose cloud dies again and again while it is built, used and taken down. */
describe("a local Google Cloud that is killed in the middle", () => {
  let cloud: KeptCloud;
  let environment: Environment;

  beforeAll(async () => {
    cloud = await startKeptCloud(project);
    environment = createEnvironment("crash");
    await succeeds(cloud.alloyrun("deploy", ...place(project)));
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  async function succeeds(session: Session): Promise<string> {
    const { code } = await session.ended;
    if (code !== 0) throw new Error(`exit code ${code}:\n${session.printed()}`);
    return session.printed();
  }

  /** What the service says to whoever asks from this machine. */
  async function answer(): Promise<string> {
    const services = await cloud.ask(`run.googleapis.com/v2/projects/${project}/locations/${region}/services/crash`);
    return await cloud.read(String(services.uri));
  }

  /** Executions that have not ended. */
  async function running(): Promise<number> {
    const parent = `projects/${project}/locations/${region}/workflows/alloyrun-environment`;
    const { executions = [] } = await cloud.ask(`workflowexecutions.googleapis.com/v1/${parent}/executions`);
    return (executions as { state: string }[]).filter(({ state }) => state === "ACTIVE").length;
  }

  it("goes on with a run where it stood, each time", async () => {
    await cloud.forgetCalls();
    const asked = cloud.alloyrun("up", environment.file);
    for (const method of boundaries) {
      await cloud.called(method, asked);
      await cloud.killAndStart();
      expect(await running()).toBe(1);
    }
    await succeeds(asked);
    expect(await answer()).toBe("Select Users: [{3 sasashun}]\n");
  });

  it("keeps the database and the service that were there", async () => {
    await cloud.killAndStart();
    expect(await answer()).toBe("Select Users: [{3 sasashun}]\n");
    expect(await succeeds(cloud.alloyrun("up", environment.file))).toContain("nothing to change");
  });

  it("takes the environment down all the same, and leaves nothing", async () => {
    await cloud.forgetCalls();
    const asked = cloud.alloyrun("down", "crash", ...place(project));
    for (const method of removals) {
      await cloud.called(method, asked);
      await cloud.killAndStart();
    }
    expect([0, 3]).toContain((await asked.ended).code);
    const parent = `projects/${project}/locations/${region}`;
    expect(await cloud.ask(`alloydb.googleapis.com/v1/${parent}/clusters`)).toEqual({});
    const { services } = await cloud.ask(`run.googleapis.com/v2/${parent}/services`);
    expect(JSON.stringify(services)).not.toContain(`${parent}/services/crash`);
  });
});
