import type { Spec } from "../spec/schema.ts";
import type { Prices } from "./prices.ts";

/** The fifteen steps in the order people read them; the workflow runs them as their needs allow. */
export const stepNames = [
  "services",
  "network",
  "peering",
  "egress",
  "identity",
  "image",
  "cluster",
  "instance",
  "readPool",
  "seed",
  "service",
  "verify",
  "traffic",
  "schedule",
  "retire",
] as const;

/** Name of a step; its function is `alloyrun-<step>` in kebab case. */
export type StepName = (typeof stepNames)[number];

/** What a plan is made for, beside the spec: facts of the installation that carries it out. */
export interface PlanContext {
  /** Name of the installation: its bucket, `<project>-alloyrun`. Everything it makes carries this mark. */
  readonly installation: string;
  /** Image of the seed runner by digest, as `deploy` built it. */
  readonly seedRunnerImage: string;
  /** URL of the installation's request function, which is also the audience of tokens for it. */
  readonly requestUrl: string;
  /** Object in the bucket that holds the packed application source, `sources/<sha256>.tgz`, when the spec names a folder. */
  readonly source?: string;
  /** Object in the bucket that holds the packed seed files, `seeds/<sha256>.tgz`. */
  readonly seed?: string;
}

/**
 * What a step is, without how it works. Pure: no I/O, no clock, and no import beyond types, tables and `spec/names.ts`,
 * because the step's function carries it in its bundle.
 */
export interface StepDeclaration<Input extends object, Output extends object> {
  readonly name: StepName;
  /** What the step makes sure of, in a few words, for people. */
  readonly title: string;
  /** The step's input, computed from the spec; absent when the spec does not want the step. */
  readonly input: (spec: Spec, context: PlanContext) => Input | undefined;
  /** Steps whose outputs this one reads or whose effect it relies on. */
  readonly needs: readonly StepName[];
  readonly permissions: StepPermissions;
  /** Seconds from the first call to done on Google Cloud, as people should expect them. */
  readonly expectedSeconds: (input: Input) => number;
  /** USD a day, by list price, of what the step keeps running; absent when nothing of it is billed by time. */
  readonly costPerDay?: (input: Input, prices: Prices) => number;
  /**
   * What a removal of the step takes away or back, each thing by a text that tells it apart: a step of another plan that tells
   * nothing else removes nothing more. Absent where a removal does nothing.
   */
  readonly removes?: (input: Input) => readonly string[];
  /** Only a type: what `done` gives to later steps. Never a secret value. */
  readonly output?: Output;
}

/** Permissions that are held under an IAM condition, as far as Google has one for what they change. */
export interface LimitedPermissions {
  /** Last part of the name of their custom role, `alloyrun_{step}_{of}`. */
  readonly of: "grants" | "actors" | "secrets" | "userSecrets" | "invokers";
  readonly permissions: readonly string[];
  /** Roles that may be given and taken with them, ten at most; the condition `modifiedGrantsByRole` lists exactly these. */
  readonly grants?: readonly string[];
  /** On which secrets alone: the passwords that environments have, or those whose names are not alloyrun's. */
  readonly secrets?: "passwords" | "users";
}

/** What the step's own service account needs, no more; `deploy` grants exactly this. */
export interface StepPermissions {
  /** Permissions of the step's custom role on the project. */
  readonly project: readonly string[];
  /** Permissions that come in custom roles of their own, each bound under its condition. */
  readonly limited?: readonly LimitedPermissions[];
  /** Installation accounts that the step may act as (those of an environment are granted by `identity`). */
  readonly actAs?: readonly ("build" | "verify" | "scheduler")[];
  /** Accounts of the environment that the step acts as; `identity` grants it on just these accounts. */
  readonly actAsRuntime?: readonly ("service" | "seed")[];
  /** Roles that `identity` grants the step's account on just these secrets of the environment. */
  readonly secrets?: { readonly admin?: readonly string[]; readonly application?: readonly string[] };
  /** With which the workflow polls the step's operations; granted to the workflow's account on the project. */
  readonly operations?: readonly string[];
  /** Prefixes of the bucket that the step reads. */
  readonly bucket?: readonly ("sources/" | "seeds/" | "locks/")[];
}
