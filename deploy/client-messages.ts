import protobuf from "protobufjs";

/** What a client asks of its definitions by name; full names. */
interface Named {
  readonly services: readonly string[];
  /** Messages that operations carry, which no method's signature names. */
  readonly types: readonly string[];
}

/**
 * Reads out of the text of a generated client what it looks up. Each client names its service twice, once for either
 * transport.
 *
 * @throws when there is no service, the two differ, or a name is not in the text: then clients are no longer written as
 *   this expects
 */
export function namesIn(source: string): Named {
  const services = [...source.matchAll(/\.lookupService\(\s*["']([\w.]+)["']/g)].map(([, name = ""]) => name);
  const overGrpc = [...source.matchAll(/[pP]rotos\s*\.(google(?:\s*\.\s*\w+)+)\s*,\s*(?:this\._)?opts\b/g)];
  const stubs = overGrpc.map(([, name = ""]) => name.replace(/\s+/g, ""));
  const types = [...source.matchAll(/\.lookup(?!Service)\w*\(\s*["']\.?([\w.]+)["']/g)].map(([, name = ""]) => name);
  if (services.length === 0 || services.toString() !== stubs.toString())
    throw new Error(`a client names the services [${services}], but makes stubs of [${stubs}]`);
  if (/\.lookup\w*\(\s*[^"'\s]/.test(source)) throw new Error("a client looks up what its text does not name");
  return { services, types: [...new Set(types)] };
}

/**
 * Leaves of a package's definitions what a client's services can reach: their methods' messages, what their operations
 * carry, and whatever is in a message. Options that are extensions go too, for nothing reads them over gRPC.
 *
 * @param source text of the client
 * @throws when it names something that is not there, or a message has a field whose type is not there
 */
export function messagesOf(source: string, definitions: protobuf.INamespace): protobuf.INamespace {
  const root = protobuf.Root.fromJSON(definitions).resolveAll();
  const { services, types } = namesIn(source);
  const kept = new Set<string>();
  for (const name of services) keep(root.lookupService(name), kept);
  for (const name of types) keep(root.lookupTypeOrEnum(name), kept);
  return JSON.parse(JSON.stringify(prune(definitions, "", kept), withoutExtensions)) as protobuf.INamespace;
}

/** Notes the full name of a service, message or enum, and of whatever it can reach or is declared in. */
function keep(object: protobuf.ReflectionObject | null, kept: Set<string>): void {
  if (!isDeclared(object) || kept.has(object.fullName)) return;
  kept.add(object.fullName);
  keep(object.parent, kept);
  if (object instanceof protobuf.Type) for (const field of object.fieldsArray) keep(field.resolvedType, kept);
  if (object instanceof protobuf.Service)
    for (const method of object.methodsArray) for (const type of typesOf(method)) keep(type, kept);
}

function isDeclared(object: protobuf.ReflectionObject | null): object is Declared {
  return object instanceof protobuf.Type || object instanceof protobuf.Enum || object instanceof protobuf.Service;
}

type Declared = protobuf.Type | protobuf.Enum | protobuf.Service;

/** The messages of a method, and what its operation carries in the end and on its way. */
function typesOf(method: protobuf.Method): readonly (protobuf.ReflectionObject | null)[] {
  const carried = Object.entries(method.options ?? {})
    .filter(([name]) => name.startsWith("(google.longrunning.operation_info)."))
    .map(([, name]) => method.parent?.lookupType(String(name)) ?? null);
  return [method.resolvedRequestType, method.resolvedResponseType, ...carried];
}

/** A definition with those in it that are kept, and the packages in which any is left. */
function prune<Definition extends protobuf.INamespace>(
  definition: Definition,
  fullName: string,
  kept: ReadonlySet<string>,
): Definition {
  const nested: Record<string, protobuf.INamespace> = {};
  for (const [name, inner] of Object.entries(definition.nested ?? {})) {
    const innerName = `${fullName}.${name}`;
    const left = prune(inner as protobuf.INamespace, innerName, kept);
    if (kept.has(innerName) || left.nested) nested[name] = left;
  }
  return { ...definition, nested: Object.keys(nested).length > 0 ? nested : undefined };
}

/** Only the name of an extension begins with a parenthesis; the parsed form says once more what the options say. */
function withoutExtensions(key: string, value: unknown): unknown {
  return key.startsWith("(") || (key === "parsedOptions" && Array.isArray(value)) ? undefined : value;
}
