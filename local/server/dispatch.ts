import type { Policy } from "../access/access.ts";
import { missingCredentials } from "../access/credentials.ts";
import type { Decider } from "../access/policies.ts";
import type { Identity } from "../access/tokens.ts";
import type { Api, Call, PermissionRule } from "../api.ts";
import { actFor } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { ApiError, toApiError } from "../error.ts";
import { type Flow, flowOf } from "../fault/effect.ts";
import type { FaultGate } from "../fault/gate.ts";
import type { Journal } from "../journal.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { formatMessage } from "../model/format.ts";
import type { Model } from "../model/model.ts";
import { type Reading, startReading } from "../model/parse.ts";
import type { Router } from "../model/router.ts";
import {
  badMaskPaths,
  malformedNames,
  missingFields,
  negativeSizes,
  withoutOutputOnly,
  withProjectIds,
} from "../model/rules.ts";
import { invalidArgument } from "../model/violation.ts";
import type { Projects } from "../projects.ts";
import { type CallRecord, startCall } from "./call-record.ts";
import type { NameResource } from "./call-resource.ts";
import { checkLocation } from "./location.ts";
import { openPageToken, sealPageToken } from "./page-token.ts";
import { resourceOf, rulesOf } from "./permission.ts";
import { checkProject, checkQuotaProject, projectIn, quotaProjectIn } from "./project.ts";

/** What calls are dispatched by. */
export interface DispatchContext {
  readonly model: Model;
  readonly router: Router;
  readonly clock: Clock;
  readonly access: Decider;
  readonly projects: Projects;
  readonly journal: Journal;
  readonly gate: FaultGate;
  readonly nameResource: NameResource;
  readonly api: (host: string) => Api | undefined;
  /** Handlers of the methods that APIs share, used where an API has none of its own. */
  readonly shared: (host: string) => Api["methods"];
}

/** One call, whichever way it came in. */
interface Invocation {
  readonly host: string;
  /** Full method name. */
  readonly method: string;
  /** Reads the request; what is wrong with it goes into the reading. */
  readonly read: (reading: Reading) => JsonObject;
  readonly identify: () => Identity;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Answers calls of the model's methods. */
export interface Dispatcher {
  /**
   * The response as proto-JSON without what is input only.
   *
   * @throws ApiError
   */
  invoke(invocation: Invocation): Promise<JsonObject>;
}

/** Makes the one way from a request to its handler: identify, validate, project, permission, handler. */
export function createDispatcher(context: DispatchContext): Dispatcher {
  async function answer(
    invocation: Invocation,
    { principal, workload }: Identity,
    record: CallRecord,
  ): Promise<JsonObject> {
    const { host, method, headers, signal } = invocation;
    const api = context.api(host);
    if (!api) throw unimplemented(`${host} is not served`);
    const cleared = takesNulls(context, api, method) ? [] : undefined;
    const request = readRequest(context, invocation, cleared);
    record.setResource(context.nameResource(method, request));
    return context.clock.working(async (hold) => {
      const call: Call = { principal, method, headers, signal, hold, workload, ...clearing(context, method, cleared) };
      admit(context, api, { request, call });
      checkLocation(context.router, invocation, request);
      const handler = api.methods[method] ?? context.shared(host)[method];
      if (!handler) throw unimplemented(`${method} is not implemented here`);
      const opened = openPageToken(invocation, request);
      const gated = { api, request, call };
      const response = await passGate(context, gated, {
        record,
        flow: flowOf(hold, signal),
        work: () => handler(opened, call),
      });
      const sealed = sealPageToken(invocation, request, response);
      return formatMessage(context, context.model.methods[method]?.response ?? "", sealed);
    });
  }

  return {
    async invoke(invocation) {
      const record = startCall(context, invocation);
      try {
        const identity = invocation.identify();
        record.setCaller(identity);
        const response = await actFor(identity, () => answer(invocation, identity, record));
        record.end();
        return response;
      } catch (caught) {
        const error = toApiError(caught);
        record.end(error);
        throw error;
      }
    },
  };
}

/** Does a call's work the way the fault plan and the quotas let it. */
export async function passGate<T>(
  { gate, nameResource }: DispatchContext,
  { api, request, call }: { readonly api: Api; readonly request: JsonObject; readonly call: Call },
  { record, flow, work }: GatedWork<T>,
): Promise<T> {
  if (gate.isOpen()) return await work();
  const { method, principal, headers } = call;
  const projectId = quotaProjectIn(headers) ?? projectIn(api, request);
  const resource = nameResource(method, request);
  const event = { on: "call", host: api.host, method, principal, resource } as const;
  const passage = { ...flow, onFault: record.setFault };
  return await gate.call({ ...event, projectId }, passage, work);
}

/** Work that a fault may prevent, how it waits, and the line of the journal that tells of it. */
interface GatedWork<T> {
  readonly record: CallRecord;
  readonly flow: Flow;
  readonly work: () => Promise<T> | T;
}

/**
 * Reads a request by the model's rules: what is required is there, masks name fields, project numbers become ids.
 *
 * @throws ApiError INVALID_ARGUMENT with all that is wrong
 */
export function readRequest(
  context: DispatchContext,
  { method, read }: Pick<Invocation, "method" | "read">,
  cleared?: string[],
): JsonObject {
  const reading = startReading(context.model, cleared);
  const rules = { ...context, method };
  const request = withoutOutputOnly(rules, read(reading));
  reading.violations.push(...missingFields(rules, request), ...badMaskPaths(rules, request));
  reading.violations.push(...negativeSizes(rules, request), ...malformedNames(rules, request));
  if (reading.violations.length > 0) throw invalidArgument(reading.violations);
  return withProjectIds(rules, request, (project) => context.projects.find(project)?.projectId ?? project);
}

/** The two oldest APIs read null in a PATCH as "take it away"; all others have masks for that. */
function takesNulls({ router }: DispatchContext, { errorStyle }: Api, method: string): boolean {
  return (errorStyle === "compute" || errorStyle === "storage") && router.isPatch(method);
}

/** Paths of the definition, from the request down, as JSON paths in the resource that the body holds. */
function clearing({ router }: DispatchContext, method: string, cleared: readonly string[] = []): Pick<Call, "cleared"> {
  if (cleared.length === 0) return {};
  const camel = (text: string) => text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const body = camel(router.bodyField(method) ?? "");
  const inResource = (path: string) => {
    const [first = "", ...rest] = path.split(".");
    return camel(first) === body ? rest.join(".") : path;
  };
  // Names in a map stand below their field and are nobody's to respell.
  const respell = (path: string) => (/^(?:labels|metadata)\./.test(path) ? path : camel(path));
  return { cleared: cleared.map((path) => respell(inResource(path))) };
}

/** Lets a call pass or refuses it: its project, the API's enablement, and each permission that its method demands. */
export function admit(
  context: DispatchContext,
  api: Api,
  { request, call }: { request: JsonObject; call: Call },
): void {
  const rules = rulesOf(api, call.method);
  if (!rules) throw unimplemented(`${call.method} is in no permission table`);
  const demanded = rules.filter(({ when }) => when?.(request) ?? true);
  if (call.principal.kind === "anonymous" && demanded.length > 0 && !mayBeOpen(context, api, { request, demanded })) {
    throw missingCredentials();
  }
  const { principal, headers } = call;
  checkQuotaProject({ ...context, api, principal, headers });
  const projectId = projectIn(api, request);
  if (projectId !== undefined) checkProject({ ...context, api, principal, projectId });
  for (const { permission, resource } of demanded) {
    const name = resourceOf(api.host, resource, request);
    const modifiedRoles = modifiedBy(context, name, request);
    context.access.require({ principal: call.principal, permission, resource: name, modifiedRoles });
  }
}

/** Without credentials only what is granted to everybody is answered; nothing else is even looked at. */
function mayBeOpen(
  { access }: DispatchContext,
  api: Api,
  { request, demanded }: { request: JsonObject; demanded: readonly PermissionRule[] },
): boolean {
  const principal = { kind: "anonymous" } as const;
  return demanded.every(({ permission, resource }) =>
    access.decide({ principal, permission, resource: resourceOf(api.host, resource, request) }),
  );
}

function modifiedBy({ access }: DispatchContext, resource: string, request: JsonObject): string[] | undefined {
  const policy = policyIn(request);
  return policy && access.modifiedRoles(resource, policy);
}

/** The policy that a request is to set, wherever its API keeps it. */
function policyIn({ policy, resource, regionSetPolicyRequestResource: regional }: JsonObject): Policy | undefined {
  const inRegion = isJsonObject(regional) ? (regional.policy ?? regional) : undefined;
  return [policy, inRegion, resource].find(isJsonObject) as Policy | undefined;
}

/** The refusal of what is not served. */
export function unimplemented(message: string): ApiError {
  return new ApiError({ code: "UNIMPLEMENTED", message, reason: "notImplemented" });
}
