import type { Access } from "./access/access.ts";
import type { Principal } from "./access/principal.ts";
import type { Tokens } from "./access/tokens.ts";
import type { Authority } from "./certificate.ts";
import type { Clock } from "./clock.ts";
import type { Fabric, Workload } from "./fabric.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import type { JsonObject } from "./json.ts";
import type { Logs } from "./logs.ts";
import type { Operations } from "./operation.ts";
import type { Processes } from "./process/process.ts";
import type { Projects } from "./projects.ts";
import type { Random } from "./random.ts";
import type { Store } from "./store.ts";

/** What every emulated API works with. APIs do not know each other: they meet through `call` and `fetch`. */
export interface Cloud {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly operations: Operations;
  readonly access: Access;
  readonly tokens: Tokens;
  readonly projects: Projects;
  readonly fabric: Fabric;
  readonly processes: Processes;
  readonly logs: Logs;
  /** The authority whose certificate the proxy's TLS and the clients' trust store share. */
  readonly authority: Authority;
  /** A directory for files of this local cloud, readable by the user that workloads run as. */
  readonly directory: string;
  /**
   * Calls a method of an emulated API inside this process as some principal: validated, authorised and recorded like
   * a call from outside.
   *
   * @param method full method name, for example `google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion`;
   *   with `{host}/` before it for a method that many APIs share
   * @throws ApiError
   */
  call<Response extends object = JsonObject>(method: string, request: object, as: Principal): Promise<Response>;
  /** Sends an HTTP request to any host: an emulated API, one of its sites, or the world (if allowed). */
  fetch(request: HttpRequest): Promise<HttpResponse>;
  /**
   * The environment with which a process reaches this local cloud under Google's names: proxy, trust stores, metadata
   * server. The same that `alloyrun local env` prints, which also names files with a person's access token for gcloud and
   * credentials for everything else.
   */
  environment(options: {
    readonly metadataHost: string;
    readonly project: string;
    readonly accessTokenFile?: string;
    readonly credentialsFile?: string;
  }): Record<string, string>;
  /**
   * Starts a metadata server for one workload on a free port of its address.
   *
   * @see https://cloud.google.com/compute/docs/metadata/overview
   */
  listenMetadata(options: {
    readonly workload: Workload;
    readonly project: string;
    readonly region: string;
    /** E-mail of the workload's service account. */
    readonly serviceAccount: string;
  }): Promise<{ readonly host: string; close(): Promise<void> }>;
}
