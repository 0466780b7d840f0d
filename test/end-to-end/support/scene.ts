import { expect } from "@jest/globals";
import { type Door, findDoor } from "./door.ts";
import { createEnvironment, type Environment, type EnvironmentOptions, region } from "./environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./installed-cloud.ts";

/** A cloud with alloyrun in it, the files of an environment that is not up yet, and the ways to ask for something. */
export interface Scene {
  readonly cloud: InstalledCloud;
  readonly door: Door;
  readonly environment: Environment;
  /** What a command is told that is given no file. */
  readonly place: readonly string[];
  /** What a command answers to programs; it has nothing to say to people then. */
  answer<Value>(...args: readonly string[]): Promise<Value>;
  stop(): Promise<void>;
}

/** Sets the scene for a suite about one environment. */
export async function setScene(name: string, options: EnvironmentOptions = {}): Promise<Scene> {
  const cloud = await startInstalledCloud();
  const environment = createEnvironment(name, options);
  return {
    ...{ cloud, environment, door: await findDoor(cloud) },
    place: ["--project", cloud.project, "--region", region],
    async answer(...args) {
      const { code, stdout, stderr } = await cloud.alloyrun(...args, "--json");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse(stdout);
    },
    async stop() {
      environment.remove();
      await cloud.stop();
    },
  };
}
