import type { Cloud } from "../cloud.ts";
import type { Issuer } from "../postgres/authority.ts";
import { writeAccess } from "../postgres/data-directory.ts";
import { type Admission, adminRole } from "../postgres/host-rules.ts";
import type { Installation } from "../postgres/postgres.ts";
import { innerPort, postgresPort, type Server, startServer } from "../postgres/server.ts";
import { type Login, withSession } from "../postgres/session.ts";
import { type ConnectorServer, startConnectorServer } from "./connector-server.ts";
import { isPrincipalRole } from "./database-roles.ts";
import { type LoginRules, type LoginServer, startLoginServer } from "./login-server.ts";
import type { ExchangeRequest } from "./metadata-exchange.ts";
import type { Upstream } from "./relay.ts";

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
  /** The role that the principal of an access token may log in as with it, on an instance that takes tokens. */
  readonly admitToken?: (token: string) => string | undefined;
  readonly onLine?: (line: string) => void;
}

/** What may differ from one start to the next. */
export interface NodeSettings {
  readonly admission: Admission;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * One node of an instance: a PostgreSQL server on port 5432 of its address and the connectors' server on port 5433. Where
 * access tokens are taken for passwords, a server that knows them answers at port 5432 for PostgreSQL. When PostgreSQL
 * ends, by whatever cause, both ports refuse connections until the node is started again.
 */
export class DatabaseNode {
  readonly #options: DatabaseNodeOptions;
  #server: Server | undefined;
  #port = postgresPort;
  #front: readonly (ConnectorServer | LoginServer)[] = [];

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
      port: this.#port,
      database: "postgres",
      user: adminRole,
      serverAuthority: issuer.certificate,
      certificate: installation.certificates.admin,
    };
  }

  /** Starts both servers. Takes about 0.2 s. */
  async start({ admission, parameters }: NodeSettings): Promise<void> {
    const { processes, installation, issuer, loopback: address, privateAddress, dataDirectory, onLine } = this.#options;
    const { binaries, clientAuthority } = installation;
    const own = await issuer.issueServer([privateAddress, address]);
    await writeAccess(dataDirectory, { admission, server: own, clientAuthority }, binaries.user);
    const port = admission.tokens ? innerPort : postgresPort;
    const server = await startServer({ processes, binaries, dataDirectory, address, port, parameters, onLine });
    this.#server = server;
    this.#port = port;
    void server.exited.then(() => this.#ended(server));
    this.#front = [
      await startConnectorServer({
        ...{ address, server: own },
        clusterAuthority: issuer.certificate,
        admit: (request) => this.#verdict(request),
        logins: this.#loginRules({ ...this.#upstream(), certificate: installation.certificates.nativeRelay }),
      }),
      ...(admission.tokens
        ? [await startLoginServer({ address, server: own, ...this.#loginRules(this.#upstream()) })]
        : []),
    ];
    if (!this.isRunning) await this.#closeFront();
  }

  #loginRules(upstream: Upstream): LoginRules {
    const { installation, admitToken: admit = () => undefined } = this.#options;
    return {
      ...{ upstream, admit },
      voucher: installation.certificates.iamRelay,
      isPrincipal: (user) => withSession(this.adminLogin, (session) => isPrincipalRole(session, user)),
    };
  }

  /** Cuts off every session and ends both servers; does nothing when they do not run. */
  async stop(): Promise<void> {
    await this.#closeFront();
    await this.#server?.stop();
    this.#server = undefined;
  }

  #verdict(request: ExchangeRequest) {
    const { installation, admit } = this.#options;
    const answer = admit(request);
    if ("error" in answer) return answer;
    const { nativeRelay, iamRelay } = installation.certificates;
    const certificate = answer.role === undefined ? nativeRelay : iamRelay;
    return { ...answer, upstream: { ...this.#upstream(), certificate } };
  }

  #upstream(): Upstream {
    const { issuer, loopback } = this.#options;
    return { address: loopback, port: this.#port, serverAuthority: issuer.certificate };
  }

  async #ended(server: Server): Promise<void> {
    if (this.#server !== server) return;
    this.#server = undefined;
    this.#options.onLine?.("PostgreSQL ended by itself: connections are refused until the instance is restarted");
    await this.#closeFront();
  }

  async #closeFront(): Promise<void> {
    const front = this.#front;
    this.#front = [];
    await Promise.all(front.map((server) => server.close()));
  }
}
