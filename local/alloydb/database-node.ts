import type { Cloud } from "../cloud.ts";
import type { Issuer } from "../postgres/authority.ts";
import { writeAccess } from "../postgres/data-directory.ts";
import { type Admission, adminRole } from "../postgres/host-rules.ts";
import type { Installation } from "../postgres/postgres.ts";
import { type Server, startServer } from "../postgres/server.ts";
import type { Login } from "../postgres/session.ts";
import { type ConnectorServer, startConnectorServer } from "./connector-server.ts";
import type { ExchangeRequest } from "./metadata-exchange.ts";

/** What a node is for its whole life. */
export interface DatabaseNodeOptions {
  readonly processes: Cloud["processes"];
  readonly installation: Installation;
  /** The cluster's authority. */
  readonly issuer: Issuer;
  /** The node's own address on this machine. */
  readonly loopback: string;
  /** The address that the API shows; certificates list both. */
  readonly privateAddress: string;
  readonly dataDirectory: string;
  /** Checks the token of a connector; the role is given when the token decides who logs in. */
  readonly admit: (request: ExchangeRequest) => { readonly error: string } | { readonly role?: string };
  readonly onLine?: (line: string) => void;
}

/** What may differ from one start to the next. */
export interface NodeSettings {
  readonly admission: Admission;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * One node of an instance: a PostgreSQL server on port 5432 of its address and the connectors' server on port 5433. When
 * PostgreSQL ends, by whatever cause, both ports refuse connections until the node is started again.
 */
export class DatabaseNode {
  readonly #options: DatabaseNodeOptions;
  #server: Server | undefined;
  #connector: ConnectorServer | undefined;

  constructor(options: DatabaseNodeOptions) {
    this.#options = options;
  }

  get loopback(): string {
    return this.#options.loopback;
  }

  get dataDirectory(): string {
    return this.#options.dataDirectory;
  }

  get isRunning(): boolean {
    return this.#server !== undefined;
  }

  /** Process id of the PostgreSQL server while it runs. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** The superuser's login, which exists in this process only. */
  get adminLogin(): Login {
    const { installation, issuer, loopback } = this.#options;
    return {
      address: loopback,
      database: "postgres",
      user: adminRole,
      serverAuthority: issuer.certificate,
      certificate: installation.certificates.admin,
    };
  }

  /** Starts both servers. Takes about 0.2 s. */
  async start({ admission, parameters }: NodeSettings): Promise<void> {
    const { processes, installation, issuer, loopback, privateAddress, dataDirectory, onLine } = this.#options;
    const { binaries, clientAuthority } = installation;
    const own = await issuer.issueServer([privateAddress, loopback]);
    await writeAccess(dataDirectory, { admission, server: own, clientAuthority }, binaries.user);
    const server = await startServer({ processes, binaries, dataDirectory, address: loopback, parameters, onLine });
    this.#server = server;
    void server.exited.then(() => this.#ended(server));
    this.#connector = await startConnectorServer({
      address: loopback,
      server: own,
      clusterAuthority: issuer.certificate,
      admit: (request) => this.#verdict(request),
    });
    if (!this.isRunning) await this.#closeConnector();
  }

  /** Cuts off every session and ends both servers; does nothing when they do not run. */
  async stop(): Promise<void> {
    await this.#closeConnector();
    await this.#server?.stop();
    this.#server = undefined;
  }

  #verdict(request: ExchangeRequest) {
    const { installation, issuer, loopback, admit } = this.#options;
    const answer = admit(request);
    if ("error" in answer) return answer;
    const { nativeRelay, iamRelay } = installation.certificates;
    const certificate = answer.role === undefined ? nativeRelay : iamRelay;
    return { ...answer, upstream: { address: loopback, serverAuthority: issuer.certificate, certificate } };
  }

  async #ended(server: Server): Promise<void> {
    if (this.#server !== server) return;
    this.#server = undefined;
    this.#options.onLine?.("PostgreSQL ended by itself: connections are refused until the instance is restarted");
    await this.#closeConnector();
  }

  async #closeConnector(): Promise<void> {
    const connector = this.#connector;
    this.#connector = undefined;
    await connector?.close();
  }
}
