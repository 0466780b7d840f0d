import type { Model, Route } from "./model.ts";
import { compileTemplate, type PathTemplate } from "./template.ts";

/** A request's route with what its path says. */
export interface Match {
  readonly route: Route;
  /** Path variables by name as in the template (dotted, in the definition's spelling). */
  readonly variables: Readonly<Record<string, string>>;
}

/** Finds the method that a request means. */
export interface Router {
  /** Whether any method is served at the host. */
  serves(host: string): boolean;
  match(host: string, verb: string, path: string): Match | undefined;
  /** Template of the method's first HTTP binding. */
  pathOf(method: string): string | undefined;
  /** Dotted paths that some HTTP binding of the method takes from the URL. */
  pathFields(method: string): readonly string[];
  /** What a method's HTTP bindings, all together, demand of the names that they take from the URL. */
  namePatterns(method: string): readonly NamePattern[];
  /** Whether the method is bound to PATCH, so that its body is a partial resource. */
  isPatch(method: string): boolean;
  /** The request field that the body fills, where one binding of the method names one. */
  bodyField(method: string): string | undefined;
}

/** The forms of a name. */
export interface NamePattern {
  /** Dotted path of the field in the definition's spelling. */
  readonly field: string;
  /** In the syntax of `google.api.http`: `*` is one segment, `**` any number. */
  readonly patterns: readonly string[];
  matches(name: string): boolean;
}

interface Compiled {
  readonly route: Route;
  readonly template: PathTemplate;
}

/** Prepares a model's routes. Templates are compiled when their host is first asked for. */
export function createRouter(model: Model): Router {
  const byHost = Map.groupBy(model.routes, ({ host }) => host);
  const byMethod = Map.groupBy(model.routes, ({ method }) => method);
  const compiled = new Map<string, readonly Compiled[]>();
  const pathFields = new Map<string, readonly string[]>();
  const namePatterns = new Map<string, readonly NamePattern[]>();

  function routesOf(host: string): readonly Compiled[] {
    const found = compiled.get(host) ?? compile(host, byHost.get(host) ?? []);
    compiled.set(host, found);
    return found;
  }

  return {
    serves: (host) => byHost.has(host),
    match(host, verb, path) {
      for (const { route, template } of routesOf(host)) {
        if (route.verb !== verb) continue;
        const variables = template.match(path);
        if (variables) return { route, variables };
      }
      return undefined;
    },
    pathOf: (method) => byMethod.get(method)?.[0]?.path,
    pathFields(method) {
      const found = pathFields.get(method) ?? (byMethod.get(method) ?? []).flatMap(({ path }) => variablesOf(path));
      pathFields.set(method, found);
      return found;
    },
    namePatterns(method) {
      const found = namePatterns.get(method) ?? patternsOf((byMethod.get(method) ?? []).map(({ path }) => path));
      namePatterns.set(method, found);
      return found;
    },
    isPatch: (method) => byMethod.get(method)?.some(({ verb }) => verb === "PATCH") ?? false,
    bodyField: (method) => byMethod.get(method)?.find(({ body }) => body !== undefined && body !== "*")?.body,
  };
}

function compile(host: string, routes: readonly Route[]): Compiled[] {
  const colons = host === "storage.googleapis.com";
  return routes
    .map((route) => ({ route, template: compileTemplate(route.path, { colons }) }))
    .sort((a, b) => b.template.weight - a.template.weight);
}

function variablesOf(path: string): string[] {
  return [...path.matchAll(/\{([^=}]+)/g)].map(([, name = ""]) => name);
}

/** A variable counts when every binding has it with a pattern. */
function patternsOf(paths: readonly string[]): NamePattern[] {
  const variables = paths.flatMap((path) => [...path.matchAll(/\{([^=}]+)(?:=([^}]+))?\}/g)]);
  const byField = Map.groupBy(variables, ([, field = ""]) => field);
  return [...byField].flatMap(([field, found]) => {
    const patterns = found.flatMap(([, , pattern]) => pattern ?? []);
    if (patterns.length < paths.length) return [];
    const templates = patterns.map((pattern) => compileTemplate(pattern, { colons: true }));
    return [{ field, patterns, matches: (name: string) => templates.some((template) => template.match(name)) }];
  });
}
