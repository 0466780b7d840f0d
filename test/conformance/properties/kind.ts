import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import { label } from "./arbitrary.ts";

/** A kind of resource: how it is made, read, changed and removed, and what its fields take. */
export interface Kind {
  readonly kind: string;
  /** Full method names. */
  readonly methods: { readonly create: string; readonly get: string; readonly patch: string; readonly delete: string };
  /** Requests, by the id of the resource. */
  readonly create: (id: string, resource: JsonObject) => JsonObject;
  readonly name: (id: string) => JsonObject;
  readonly patch: (id: string, resource: JsonObject, mask: string) => JsonObject;
  /** What a change takes over from what was read before it, to prove that it saw the latest. */
  readonly guard?: (read: JsonObject) => JsonObject;
  /** What every resource has. */
  readonly fixed: (id: string) => JsonObject;
  /** What may change, each with the values that it takes. */
  readonly fields: Readonly<Record<string, fc.Arbitrary<Json>>>;
  /** What may be decided once, when it is made. */
  readonly once?: Readonly<Record<string, fc.Arbitrary<Json>>>;
  /** What stands in a field that is absent. */
  readonly defaults?: JsonObject;
  /** Fields that every change changes. */
  readonly volatile: readonly string[];
  /** Whether a change has a mask; otherwise what is sent counts and the rest stays. */
  readonly hasMask: boolean;
  /** A change says all that there shall be. */
  readonly replaces?: true;
  /** Ways to call it, where gRPC is not one of Google's. */
  readonly isRestOnly?: true;
  /** How many of it are tried at the most, where making one takes long. */
  readonly runs?: number;
  readonly ids: fc.Arbitrary<string>;
}

/** Where the kinds' resources are. */
export const parent = `projects/${testProject}`;
export const location = `${parent}/locations/us-central1`;

/** Values that fields of several kinds take. */
export const labels = fc.dictionary(label, label, { maxKeys: 3 }).map((value): Json => ({ ...value }));
export const text = fc.stringMatching(/^[ -~é世]{0,40}$/);
export const someText = text.filter((value) => value !== "");
export const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => `${value}s`);
export const usualIds = fc.stringMatching(/^[a-z][a-z0-9-]{8,14}[a-z0-9]$/).filter((id) => !id.includes("--"));

/** The methods of a service that follow Google's rules of names. */
export const standard = (service: string, noun: string): Kind["methods"] => ({
  create: `${service}.Create${noun}`,
  get: `${service}.Get${noun}`,
  patch: `${service}.Update${noun}`,
  delete: `${service}.Delete${noun}`,
});
