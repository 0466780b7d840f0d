import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { fetchAll } from "../pages.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://cloudfunctions.googleapis.com/v2";

/** A function of the second generation. */
export interface CloudFunction {
  /** `projects/{project}/locations/{location}/functions/{function}` */
  readonly name?: string;
  readonly description?: string;
  readonly environment?: "GEN_2";
  readonly state?: string;
  readonly stateMessages?: readonly { readonly severity?: string; readonly type?: string; readonly message?: string }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildConfig?: {
    readonly runtime?: string;
    readonly entryPoint?: string;
    readonly source?: { readonly storageSource?: StorageSource };
    /** `projects/{project}/serviceAccounts/{email}` */
    readonly serviceAccount?: string;
    readonly environmentVariables?: Readonly<Record<string, string>>;
    readonly dockerRepository?: string;
  };
  readonly serviceConfig?: {
    /** Full name of the Cloud Run service below. */
    readonly service?: string;
    readonly uri?: string;
    readonly serviceAccountEmail?: string;
    readonly timeoutSeconds?: number;
    readonly availableMemory?: string;
    readonly availableCpu?: string;
    readonly minInstanceCount?: number;
    readonly maxInstanceCount?: number;
    readonly maxInstanceRequestConcurrency?: number;
    readonly ingressSettings?: string;
    readonly environmentVariables?: Readonly<Record<string, string>>;
    readonly secretEnvironmentVariables?: readonly { readonly key?: string }[];
    /** Full name of a VPC connector. */
    readonly vpcConnector?: string;
    readonly allTrafficOnLatestRevision?: boolean;
  };
  readonly url?: string;
}

/** Where an uploaded source lies. */
interface StorageSource {
  readonly bucket?: string;
  readonly object?: string;
  /** Decimal, as a text. */
  readonly generation?: string;
}

/** Cloud Functions, second generation. @see https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions */
export interface FunctionsClient {
  readonly getFunction: (name: string) => Promise<CloudFunction | undefined>;
  /** All of a location, `projects/{project}/locations/{location}`. */
  readonly listFunctions: (location: string) => Promise<readonly CloudFunction[]>;
  readonly createFunction: (name: string, cloudFunction: CloudFunction) => Promise<Operation>;
  readonly patchFunction: (name: string, cloudFunction: CloudFunction, fields: readonly string[]) => Promise<Operation>;
  readonly deleteFunction: (name: string) => Promise<Operation>;
  /**
   * Uploads a zip file with the function's source.
   *
   * @param location `projects/{project}/locations/{location}`
   */
  readonly uploadSource: (location: string, zip: Uint8Array) => Promise<StorageSource>;
}

/** Opens Cloud Functions. */
export const connectFunctions: Connect<FunctionsClient> = (auth) => (guard) => functionsOf(createRest(auth, guard));

function functionsOf(rest: Rest): FunctionsClient {
  const call = (method: "GET" | "POST" | "PATCH" | "DELETE", verb: string, name: string) => ({
    method,
    url: `${api}/${name}`,
    site: { method: `cloudfunctions.projects.locations.functions.${verb}`, resource: name },
  });
  const operation = async (answer: Promise<LongrunningBody>) => longrunningOperation(api, await answer);
  return {
    getFunction: (name) => rest.findJson(call("GET", "get", name)),
    listFunctions: (location) => {
      const request = call("GET", "list", location);
      return fetchAll(rest, { request: { ...request, url: `${request.url}/functions` }, field: "functions" });
    },
    createFunction: (name, body) => {
      const [parent, functionId] = name.split("/functions/");
      const url = `${api}/${parent}/functions`;
      return operation(rest.fetchJson({ ...call("POST", "create", name), url, query: { functionId }, body }));
    },
    patchFunction: (name, body, fields) =>
      operation(rest.fetchJson({ ...call("PATCH", "patch", name), query: { updateMask: fields.join(",") }, body })),
    deleteFunction: (name) => operation(rest.fetchJson(call("DELETE", "delete", name))),
    uploadSource: async (location, zip) => {
      const request = call("POST", "generateUploadUrl", location);
      const url = `${request.url}/functions:generateUploadUrl`;
      const upload = await rest.fetchJson<UploadUrl>({ ...request, url, body: {} });
      await rest.fetchText({
        method: "PUT",
        url: upload.uploadUrl,
        content: { type: "application/zip", data: zip },
        anonymous: true,
        site: { method: "upload of a function's source", resource: location },
      });
      return upload.storageSource;
    },
  };
}

interface UploadUrl {
  readonly uploadUrl: string;
  readonly storageSource: StorageSource;
}
