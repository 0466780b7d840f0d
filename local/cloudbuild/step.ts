import type { BuildStep } from "../model/generated/cloudbuild.ts";

/** A build step that the local cloud can run. */
export type PlannedStep =
  /** Chooses a builder for later; there is one here. */
  | { readonly kind: "config" }
  | {
      readonly kind: "pack";
      readonly image: string;
      readonly path: string;
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: "unserved"; readonly message: string };

/** Options of `pack build` that take a value which makes no difference here. */
const ignoredOptions = new Set([
  "--network",
  "--builder",
  "-B",
  "--pull-policy",
  "--cache-image",
  "--run-image",
  "--tag",
  "-t",
]);
const ignoredFlags = new Set([
  "--publish",
  "--trust-builder",
  "--clear-cache",
  "--verbose",
  "-v",
  "--no-color",
  "--quiet",
  "-q",
]);

/**
 * Plans one step. The steps served are those of a buildpack build, as `gcloud builds submit --pack` sends them: the
 * image `…/pack` running `pack config default-builder …` and `pack build IMAGE …`.
 *
 * @see https://buildpacks.io/docs/for-platform-operators/how-to/integrate-ci/pack/cli/pack_build/
 */
export function planStep({ name = "", entrypoint, args = [], script }: BuildStep): PlannedStep {
  const image = name.split("@")[0]?.split(":")[0]?.split("/").at(-1);
  const [command, ...rest] = entrypoint === "pack" || image === "pack" ? args : [];
  if (script || command === undefined) {
    return { kind: "unserved", message: `the local cloud runs buildpack steps only, not ${name}` };
  }
  if (command === "config") return { kind: "config" };
  if (command === "build") return planBuild(rest);
  return { kind: "unserved", message: `pack ${command} is not served by the local cloud` };
}

function planBuild(args: readonly string[]): PlannedStep {
  const env: Record<string, string> = {};
  let [image, path] = ["", "."];
  for (let index = 0; index < args.length; index += 1) {
    const [option = "", inline] = splitOption(args[index] ?? "");
    if (!option.startsWith("-")) image = option;
    else if (ignoredFlags.has(option)) continue;
    else {
      const value = inline ?? args[++index] ?? "";
      if (option === "--env" || option === "-e") Object.assign(env, parseVariable(value));
      else if (option === "--path" || option === "-p") path = value;
      else if (!ignoredOptions.has(option))
        return { kind: "unserved", message: `pack build ${option} is not served by the local cloud` };
    }
  }
  if (image === "") return { kind: "unserved", message: "pack build names no image" };
  return { kind: "pack", image, path, env };
}

function splitOption(text: string): readonly [string, string?] {
  const equals = text.indexOf("=");
  return text.startsWith("--") && equals > 0 ? [text.slice(0, equals), text.slice(equals + 1)] : [text];
}

function parseVariable(text: string): Record<string, string> {
  const equals = text.indexOf("=");
  return equals < 0 ? { [text]: "" } : { [text.slice(0, equals)]: text.slice(equals + 1) };
}
