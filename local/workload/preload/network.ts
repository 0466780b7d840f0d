import { Server, Socket } from "node:net";

/**
 * Loaded into every Node process of a workload before the application. It gives the process the network of its
 * instance: a listen on all or on local addresses happens on the instance's own address, and outgoing connects to local
 * and private addresses go where the instance finds them.
 *
 * The variable holds `{ address, addresses: { from: to }, keep: ["127.0.0.1:PORT"] }`.
 */
const network = parseNetwork(process.env.LOCAL_CLOUD_NETWORK);
const ownSpellings = new Set(["", "0.0.0.0", "::", "localhost", "127.0.0.1", "::1"]);

if (network) {
  const { address, addresses, keep } = network;
  const listen = Server.prototype.listen;
  const connect = Socket.prototype.connect;

  const toListenHost = (host: unknown) => (ownSpellings.has(String(host ?? "")) ? address : host);
  const toConnectHost = (host: unknown, port: unknown) => {
    const asked = String(host ?? "localhost");
    if (keep.includes(`${asked}:${port}`)) return host;
    return ownSpellings.has(asked) ? address : (addresses[asked] ?? host);
  };

  Object.assign(Server.prototype, {
    listen(this: Server, ...args: unknown[]): unknown {
      return Reflect.apply(listen, this, toListenArguments(args, toListenHost));
    },
  });
  Object.assign(Socket.prototype, {
    connect(this: Socket, ...args: unknown[]): unknown {
      return Reflect.apply(connect, this, toConnectArguments(args, toConnectHost));
    },
  });
}

interface Network {
  readonly address: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly keep: readonly string[];
}

function parseNetwork(text: string | undefined): Network | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Network);
}

/** `listen` takes options, or a port (none or 0 means a free one) with host, backlog and handler; paths and handles stay. */
function toListenArguments(args: readonly unknown[], toHost: (host: unknown) => unknown): readonly unknown[] {
  const [first, ...rest] = args;
  if (isRecord(first)) {
    const isTcp =
      first.path === undefined && first.fd === undefined && ("port" in first || Object.keys(first).length === 0);
    return isTcp ? [{ ...first, host: toHost(first.host) }, ...rest] : args;
  }
  const isPort = first === undefined || first === null || Number.isInteger(Number(first));
  if (typeof first === "function") return [{ port: 0, host: toHost(undefined) }, first];
  if (!isPort) return args;
  const host = rest.find((value) => typeof value === "string" && !Number.isInteger(Number(value)));
  const backlog = rest.find((value) => typeof value === "number");
  const handlers = rest.filter((value) => typeof value === "function");
  return [{ port: Number(first ?? 0), host: toHost(host), ...(backlog === undefined ? {} : { backlog }) }, ...handlers];
}

/** `connect` takes options (bare, or first of a list made by node:net itself), or a port with a host. */
function toConnectArguments(
  args: readonly unknown[],
  toHost: (host: unknown, port: unknown) => unknown,
): readonly unknown[] {
  const [first, ...rest] = args;
  if (Array.isArray(first)) {
    // The list carries a private mark of node:net: change it in place.
    first[0] = toConnectOptions(first[0], toHost);
    return args;
  }
  if (isRecord(first)) return [toConnectOptions(first, toHost), ...rest];
  if (!Number.isInteger(Number(first))) return args;
  const host = rest.find((value) => typeof value === "string");
  return [{ port: Number(first), host: toHost(host, first) }, ...rest.filter((value) => typeof value === "function")];
}

function toConnectOptions(options: unknown, toHost: (host: unknown, port: unknown) => unknown): unknown {
  if (!isRecord(options) || options.port === undefined || options.path) return options;
  return Object.assign(Object.create(Object.getPrototypeOf(options)), options, {
    host: toHost(options.host, options.port),
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
