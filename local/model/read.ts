import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { mixins, type Selection, selections } from "./selection.ts";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const gax = `${modules}google-gax/build/protos/`;

/** Folder of the definitions that are our own. */
const oursDirectory = fileURLToPath(new URL("./ours/", import.meta.url));

/** Names of our own definition files, without their ending: each is the name of the types file it goes to. */
export function ownApis(): string[] {
  return readdirSync(oursDirectory)
    .filter((file) => file.endsWith(".proto"))
    .map((file) => file.replace(/\.proto$/, ""))
    .sort();
}

/** Parses every selected definition, our own included, into one tree. */
export function readDefinitions(): protobuf.Root {
  const folders = [...new Set(selections.map((selection) => packageFolder(selection))), gax, oursDirectory];
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    folders.map((folder) => `${folder}${target}`).find((path) => existsSync(path)) ?? target;
  const files = [
    ...selections.flatMap((selection) => selection.files),
    ...mixins.files,
    ...ownApis().map((api) => `${api}.proto`),
  ];
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  return root;
}

function packageFolder({ package: name }: Selection): string {
  return `${modules}${name}/build/protos/`;
}

/** Value of an annotation, in whole; protobufjs spreads it over `options` otherwise. */
export function annotation(object: protobuf.ReflectionObject, name: string): unknown {
  return annotations(object, name)[0];
}

/** Values of an annotation that may be repeated. */
export function annotations(object: protobuf.ReflectionObject, name: string): unknown[] {
  const parsed: unknown = object.parsedOptions;
  const list = Array.isArray(parsed) ? (parsed as Record<string, unknown>[]) : [];
  return list.flatMap((option) => (name in option ? [option[name]] : []));
}

/** Full name without the leading dot. */
export function fullName(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, "");
}

/** The JSON name of a field. */
export function jsonName(field: protobuf.Field): string {
  const own: unknown = field.options?.json_name;
  return typeof own === "string" ? own : field.name.replace(/_+(.)?/g, (_, next: string = "") => next.toUpperCase());
}
