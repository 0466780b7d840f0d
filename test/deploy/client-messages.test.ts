import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { GrpcClient } from "google-gax";
import protobuf from "protobufjs";
import { bundleFunctions } from "../../deploy/bundle.ts";
import { messagesOf, namesIn } from "../../deploy/client-messages.ts";
import { installationFunctions } from "../../deploy/installation.ts";
import { projectFolder } from "../support/imports.ts";

/** A client that is bundled, with the definitions of its package before and after. */
interface Client {
  readonly path: string;
  readonly source: string;
  readonly whole: protobuf.Root;
  readonly definitions: protobuf.INamespace;
  readonly kept: protobuf.Root;
}

const bundles = await bundleFunctions(installationFunctions("my-project").map(({ entry }) => entry));
const sources = [...new Set(bundles.flatMap((bundle) => bundle.sources))].filter((path) => path.endsWith(".js"));
const clients = (await Promise.all(sources.map(toClient))).filter((client) => client !== undefined);

async function toClient(path: string): Promise<Client | undefined> {
  const source = await readFile(join(projectFolder, path), "utf8");
  const [, required] = /require\(["'](\.[\w./]*\/protos\/(?!status)\w+\.json)["']\)/.exec(source) ?? [];
  if (required === undefined) return undefined;
  const whole = await readFile(join(projectFolder, dirname(path), required), "utf8");
  const definitions = messagesOf(source, JSON.parse(whole));
  return { path, source, definitions, whole: rootOf(JSON.parse(whole)), kept: rootOf(definitions) };
}

function rootOf(definitions: protobuf.INamespace): protobuf.Root {
  return protobuf.Root.fromJSON(definitions).resolveAll() as protobuf.Root;
}

/** What a message is on the wire and to whoever reads it, down to the last of the messages in it. */
function shapesOf(type: protobuf.Type | protobuf.Enum | null, shapes: Record<string, object> = {}): object {
  if (type === null || shapes[type.fullName]) return shapes;
  if (type instanceof protobuf.Enum) shapes[type.fullName] = { ...type.values };
  else {
    shapes[type.fullName] = {
      fields: type.fieldsArray.map(({ name, id, type, repeated, map, resolvedType, partOf, options }) => {
        return [name, id, type, repeated, map, resolvedType?.fullName, partOf?.name, options?.proto3_optional];
      }),
      keyTypes: type.fieldsArray.map((field) => (field instanceof protobuf.MapField ? field.keyType : "")),
    };
    for (const field of type.fieldsArray) shapesOf(field.resolvedType, shapes);
  }
  return shapes;
}

function methodsOf(root: protobuf.Root, service: string) {
  return root.lookupService(service).methodsArray.map((method) => ({
    name: method.name,
    streams: [method.requestStream, method.responseStream],
    request: shapesOf(method.resolvedRequestType),
    response: shapesOf(method.resolvedResponseType),
  }));
}

function servicesIn(namespace: protobuf.NamespaceBase): readonly string[] {
  return namespace.nestedArray.flatMap((inner) => {
    if (inner instanceof protobuf.Service) return [inner.fullName.slice(1)];
    return inner instanceof protobuf.Namespace ? servicesIn(inner) : [];
  });
}

/** Names of what the operations of a service's methods carry. */
function carriedBy(service: protobuf.Service): readonly string[] {
  const options = service.methodsArray.flatMap(({ options }) => Object.entries(options ?? {}));
  const named = options.filter(([name]) => name.startsWith("(google.longrunning.operation_info)"));
  return [...new Set(named.map(([, type]) => service.lookupType(String(type)).fullName))];
}

describe("bundledClients", () => {
  it("leaves out static messages that nobody reads, for google-gax only hands them on", async () => {
    const read = await Promise.all(sources.map((path) => readFile(join(projectFolder, path), "utf8")));
    const readers = sources.filter((_, index) => /\b(Iam|Location)Protos\b/.test(read[index] ?? ""));
    expect(new Set(readers.map((path) => path.replace(/^.*node_modules\//, "")))).toEqual(
      new Set(["google-gax/build/src/index.js", "google-gax/build/src/fallback.js"]),
    );
    const importers = sources.filter((_, index) => /protos\/(iam_service|locations)["']\)/.test(read[index] ?? ""));
    expect(importers).toEqual(readers);
  });
});

describe("messagesOf", () => {
  it("is asked for every official client, and for those that google-gax brings along", () => {
    const names = clients.map(({ path }) => path.replace(/^.*\//, ""));
    expect(new Set(names)).toEqual(
      new Set([
        ...["alloy_d_b_admin_client.js", "secret_manager_service_client.js"],
        ...["services", "revisions", "jobs", "executions", "tasks"].map((name) => `${name}_client.js`),
        ...["iamService.js", "locationService.js", "operationsClient.js"],
      ]),
    );
  });

  it.each(clients)("keeps each method of $path as it was, and no other service", ({ source, whole, kept }) => {
    const { services } = namesIn(source);
    expect(servicesIn(kept)).toEqual(services);
    for (const service of services) expect(methodsOf(kept, service)).toEqual(methodsOf(whole, service));
  });

  it.each(clients)("keeps what operations of $path carry, and what it looks up", ({ source, whole, kept }) => {
    const { services, types } = namesIn(source);
    const carried = services.flatMap((service) => carriedBy(whole.lookupService(service)));
    for (const name of [...carried, ...types])
      expect(shapesOf(kept.lookupType(name))).toEqual(shapesOf(whole.lookupType(name)));
  });

  it.each(clients)("leaves $path definitions by which google-gax makes stubs that read and write", (client) => {
    const loaded = new GrpcClient().loadProtoJSON(client.definitions);
    for (const name of namesIn(client.source).services) {
      const made = name.split(".").reduce<unknown>((within, part) => Reflect.get(Object(within), part), loaded);
      const { service } = made as { readonly service: Record<string, Readonly<Record<string, unknown>>> };
      expect(Object.keys(service)).toEqual(client.whole.lookupService(name).methodsArray.map((method) => method.name));
      for (const { requestSerialize, responseDeserialize } of Object.values(service)) {
        expect((requestSerialize as (request: object) => Buffer)({})).toHaveLength(0);
        expect((responseDeserialize as (bytes: Buffer) => object)(Buffer.alloc(0))).toBeInstanceOf(Object);
      }
    }
  });

  it("refuses a client that names no service, or what is not there", () => {
    const stub = (name: string) => `createStub(fallback ? protos.lookupService('${name}') : protos.${name}, opts)`;
    const definitions = {
      nested: { google: { nested: { Empty: { fields: {} }, Calls: { methods: {} }, More: { methods: {} } } } },
    };
    expect(messagesOf(stub("google.Calls"), definitions)).toEqual({
      nested: { google: { nested: { Calls: { methods: {} } } } },
    });
    expect(() => messagesOf("createStub(protos.google.Calls, opts)", definitions)).toThrow("names the services []");
    expect(() => messagesOf(`${stub("google.Calls")} protos.google.More, opts`, definitions)).toThrow("google.More");
    expect(() => messagesOf(stub("google.Gone"), definitions)).toThrow("google.Gone");
    expect(() => messagesOf(`${stub("google.Calls")} root.lookup('.google.Gone')`, definitions)).toThrow("google.Gone");
    expect(() => messagesOf(`${stub("google.Calls")} root.lookup(name)`, definitions)).toThrow("does not name");
    const methods = { broken: { requestType: "Empty", responseType: "Gone", comment: "" } };
    const calls = { nested: { google: { nested: { Empty: { fields: {} }, Calls: { methods } } } } };
    expect(() => messagesOf(stub("google.Calls"), calls)).toThrow("Gone");
  });
});
