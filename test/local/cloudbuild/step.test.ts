import { describe, expect, it } from "@jest/globals";
import { planStep } from "../../../local/cloudbuild/step.ts";

const pack = (...args: string[]) => planStep({ name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args });

describe("planStep", () => {
  it("plans the pair of steps that gcloud sends for --pack", () => {
    expect(pack("config", "default-builder", "gcr.io/buildpacks/builder:latest")).toEqual({ kind: "config" });
    const build = pack(
      "build",
      "host/p/apps/users:v1",
      "--network",
      "cloudbuild",
      "--env",
      "GOOGLE_ENTRYPOINT=node a.js",
      "--env=X=1",
    );
    expect(build).toEqual({
      kind: "pack",
      image: "host/p/apps/users:v1",
      path: ".",
      env: { GOOGLE_ENTRYPOINT: "node a.js", X: "1" },
    });
  });

  it("takes the image's own entry point and a path", () => {
    const step = {
      name: "gcr.io/k8s-skaffold/pack:latest",
      args: ["build", "i", "--path", "app", "--builder", "b", "--publish"],
    };
    expect(planStep(step)).toEqual({ kind: "pack", image: "i", path: "app", env: {} });
  });

  it.each([
    [{ name: "gcr.io/cloud-builders/docker", args: ["build", "."] }],
    [{ name: "gcr.io/k8s-skaffold/pack", script: "pack build x" }],
    [{ name: "gcr.io/k8s-skaffold/pack", args: ["inspect"] }],
    [{ name: "gcr.io/k8s-skaffold/pack", args: ["build", "i", "--buildpack", "b"] }],
    [{ name: "gcr.io/k8s-skaffold/pack", args: ["build"] }],
  ])("does not serve %j", (step) => expect(planStep(step).kind).toBe("unserved"));
});
