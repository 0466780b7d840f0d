import type { Collected } from "./collect.ts";
import type { Field, Model } from "./model.ts";

/** Types file for types of Google's that belong to no API of the selection. */
const shared = "google";

/** JSON forms of the well-known types. */
const wellKnown: Readonly<Record<string, string>> = {
  "google.protobuf.Timestamp": "string",
  "google.protobuf.Duration": "string",
  "google.protobuf.FieldMask": "string",
  "google.protobuf.Struct": "JsonObject",
  "google.protobuf.Any": "JsonObject",
  "google.protobuf.Value": "Json",
  "google.protobuf.NullValue": "null",
  "google.protobuf.ListValue": "readonly Json[]",
  "google.protobuf.Empty": "Record<string, never>",
  "google.protobuf.StringValue": "string",
  "google.protobuf.BytesValue": "string",
  "google.protobuf.BoolValue": "boolean",
  "google.protobuf.Int32Value": "number",
  "google.protobuf.UInt32Value": "number",
  "google.protobuf.Int64Value": "string",
  "google.protobuf.UInt64Value": "string",
  "google.protobuf.FloatValue": "number",
  "google.protobuf.DoubleValue": "number",
};

const scalars: Readonly<Record<string, string>> = {
  ...{ string: "string", bytes: "string", bool: "boolean", double: "number", float: "number" },
  ...{ int32: "number", uint32: "number", sint32: "number", fixed32: "number", sfixed32: "number" },
  ...{ int64: "string", uint64: "string", sint64: "string", fixed64: "string", sfixed64: "string" },
};

/** Names of method tables that a file's name does not tell. */
const titles: Readonly<Record<string, string>> = { alloydb: "AlloyDb", cloudbuild: "CloudBuild" };

/** Where a message or enum is declared in the generated files. */
interface Place {
  readonly file: string;
  readonly name: string;
}

/** One types file while it is written. */
interface Draft {
  readonly file: string;
  readonly model: Model;
  readonly places: ReadonlyMap<string, Place>;
  /** Names used from elsewhere, by module. */
  readonly imports: Map<string, Set<string>>;
}

/** Writes the TypeScript types of the model: text by file name. */
export function writeTypes({ model, packages, methods }: Collected): Map<string, string> {
  const places = placeTypes(model, packages);
  const files = [...new Set([...methods.keys(), ...[...places.values()].map(({ file }) => file)])].sort();
  return new Map(
    files.map((file) => {
      const draft: Draft = { file, model, places, imports: new Map() };
      const body = [...declarations(draft), ...methodTable(draft, methods.get(file) ?? [])];
      return [`${file}.ts`, [...importLines(draft), ...body, ""].join("\n")];
    }),
  );
}

/** Decides file and name of every type, and insists that no two share both. */
function placeTypes(model: Model, packages: ReadonlyMap<string, string>): Map<string, Place> {
  const places = new Map<string, Place>();
  const taken = new Set<string>();
  for (const type of [...Object.keys(model.messages), ...Object.keys(model.enums)]) {
    if (type in wellKnown) continue;
    const place = placeOf(type, packages);
    const key = `${place.file}/${place.name}`;
    if (taken.has(key)) throw new Error(`two types are called ${key}; the second is ${type}`);
    taken.add(key);
    places.set(type, place);
  }
  return places;
}

function placeOf(type: string, packages: ReadonlyMap<string, string>): Place {
  const parts = type.split(".");
  const start = parts.findIndex((part) => /^[A-Z]/.test(part));
  const home = parts.slice(0, start).join(".");
  const name = parts.slice(start).join("_");
  const file = packages.get(home);
  if (file === undefined) return { file: shared, name };
  const first = [...packages].find(([, other]) => other === file)?.[0];
  return { file, name: home === first ? name : `${pascal(parts[start - 1] ?? "")}${name}` };
}

function declarations(draft: Draft): string[] {
  return [...draft.places]
    .filter(([, { file }]) => file === draft.file)
    .sort(([, a], [, b]) => (a.name < b.name ? -1 : 1))
    .map(([type, { name }]) => declaration(draft, type, name));
}

function declaration(draft: Draft, type: string, name: string): string {
  const values = draft.model.enums[type];
  if (values) {
    const names = Object.keys(values).map((value) => JSON.stringify(value));
    return `/** \`${type}\` */\nexport type ${name} = ${names.join(" | ")};\n`;
  }
  const fields = Object.entries(draft.model.messages[type]?.fields ?? {});
  const lines = fields.map(([json, field]) => `  readonly ${propertyName(json)}?: ${fieldType(draft, field)};\n`);
  const body = lines.length > 0 ? `{\n${lines.join("")}}` : "Record<string, never>";
  return `/** \`${type}\` */\nexport type ${name} = ${body};\n`;
}

function propertyName(json: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(json) ? json : JSON.stringify(json);
}

function fieldType(draft: Draft, field: Field): string {
  const type = reference(draft, field.type);
  if (field.map) return `{ readonly [key: string]: ${type} }`;
  return field.repeated ? `readonly ${type.startsWith("readonly ") ? `(${type})` : type}[]` : type;
}

/** Text that refers to a type, noting the import that it needs. */
function reference(draft: Draft, type: string): string {
  const plain = scalars[type] ?? wellKnown[type];
  if (plain) {
    const json = plain.match(/\b(?:JsonObject|Json)\b/)?.[0];
    if (json) note(draft, "../../json.ts", json);
    return plain;
  }
  const place = draft.places.get(type);
  if (!place) throw new Error(`${type} is in no file`);
  if (place.file !== draft.file) note(draft, `./${place.file}.ts`, place.name);
  return place.name;
}

function note({ imports }: Draft, module: string, name: string): void {
  imports.set(module, (imports.get(module) ?? new Set()).add(name));
}

function methodTable(draft: Draft, methods: readonly string[]): string[] {
  if (methods.length === 0) return [];
  const rows = [...methods, ...sharedMethods(draft, methods)].flatMap((name) => {
    const method = draft.model.methods[name];
    if (!method) return [];
    const { request, response } = method;
    return `  ${JSON.stringify(name)}: { request: ${reference(draft, request)}; response: ${reference(draft, response)} };`;
  });
  return [
    `/** Request and response of every method. */`,
    `export interface ${titles[draft.file] ?? pascal(draft.file)}Methods {`,
    ...rows,
    "}",
  ];
}

/** Operations, locations and policies that the hosts of these methods serve as well. */
function sharedMethods({ model }: Draft, methods: readonly string[]): string[] {
  const hosts = new Set(methods.flatMap((name) => model.methods[name]?.hosts ?? []));
  return Object.keys(model.methods).filter((name) => {
    const method = model.methods[name];
    return isShared(name) && method?.hosts.some((host) => hosts.has(host));
  });
}

function isShared(method: string): boolean {
  return /^google\.(?:longrunning\.Operations|cloud\.location\.Locations|iam\.v1\.IAMPolicy)\./.test(method);
}

function importLines({ imports }: Draft): string[] {
  const lines = [...imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => `import type { ${[...names].sort().join(", ")} } from "${module}";`);
  return ["// Generated by local/model/generate.ts from the service definitions.", ...lines, ""];
}

/** `vpc-access` and `v1beta` as they begin a type's name. */
function pascal(text: string): string {
  return text.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
