import type { ManagedProcess, ProcessExit } from "../process/process.ts";
import { type Container, StartError, type Workload } from "./container.ts";
import { instanceEnvironment } from "./environment.ts";
import { awaitStartup, defaultStartupProbe, watchLiveness } from "./probe.ts";
import { toProgram } from "./program.ts";
import type { Runtime } from "./runtime.ts";
import { type AddressTable, addressTable, translateAddresses } from "./translate.ts";
import { type MountTable, makeVolumes, mountTable, translatePaths } from "./volume.ts";

/** How an instance's containers are treated: a service's run until stopped, a task's main ones end by themselves. */
export type InstanceKind = "service" | "task";

/**
 * One running instance of a revision or task: its own loopback address, its metadata server and its containers'
 * processes, all of which end with it.
 */
export class Instance {
  readonly id: string;
  readonly address: string;
  /** Resolves with the reason once the instance is over. */
  readonly ended: Promise<string>;
  readonly #runtime: Runtime;
  readonly #workload: Workload;
  readonly #kind: InstanceKind;
  readonly #processes = new Map<string, ManagedProcess>();
  readonly #abort = new AbortController();
  readonly #directory: string;
  #metadata: { readonly host: string; close(): Promise<void> } | undefined;
  #end: (reason: string) => void = () => undefined;
  #stopped: Promise<void> | undefined;

  constructor({ runtime, workload, kind }: { runtime: Runtime; workload: Workload; kind: InstanceKind }) {
    this.id = runtime.ids.draw(workload.name).slice(0, 32);
    this.#runtime = runtime;
    this.#workload = workload;
    this.#kind = kind;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.address = runtime.cloud.fabric.allocate(this.name);
    this.#directory = runtime.makeDirectory();
  }

  /** Unique; the caller's tokens carry it. */
  get name(): string {
    return `${this.#workload.name}/instances/${this.id}`;
  }

  /** Port of the ingress container. */
  get port(): number | undefined {
    return this.#workload.containers.find(({ port }) => port !== undefined)?.port;
  }

  /**
   * Starts the containers, each after those it depends on, and waits until all of them have started.
   *
   * @throws StartError; everything started is ended before
   */
  async start(): Promise<void> {
    const { cloud } = this.#runtime;
    const { project, region, serviceAccount, egress } = this.#workload;
    try {
      makeVolumes(this.#directory, this.#workload.volumes ?? [], this.#runtime.account);
      const endpoint = { name: this.name, address: this.address, network: egress.network };
      cloud.fabric.register(endpoint);
      this.#metadata = await cloud.listenMetadata({ workload: endpoint, project, region, serviceAccount });
      await this.#startContainers();
    } catch (caught) {
      await this.stop("start failed");
      throw caught;
    }
  }

  /** Ends with the exits of a task's main containers: those no other container depends on. */
  async completed(): Promise<readonly (ProcessExit & { readonly container: string })[]> {
    const sidecars = new Set(this.#workload.containers.flatMap(({ dependsOn = [] }) => dependsOn));
    const mains = [...this.#processes].filter(([name]) => !sidecars.has(name));
    return await Promise.all(mains.map(async ([container, { exited }]) => ({ container, ...(await exited) })));
  }

  /** Ends all processes (SIGTERM, ten real seconds, SIGKILL) and gives everything back; may be called again. */
  stop(reason = "stopped"): Promise<void> {
    this.#stopped ??= this.#release(reason);
    return this.#stopped;
  }

  async #release(reason: string): Promise<void> {
    const { cloud } = this.#runtime;
    this.#abort.abort();
    await Promise.all([...this.#processes.values()].map((child) => child.stop("SIGTERM", 10_000)));
    await this.#metadata?.close();
    cloud.fabric.unregister(this.name);
    cloud.fabric.release(this.address);
    this.#runtime.removeDirectory(this.#directory);
    this.#end(reason);
  }

  async #startContainers(): Promise<void> {
    const { containers } = this.#workload;
    const started = new Map<string, Promise<void>>();
    const start = (container: Container): Promise<void> => {
      const found = started.get(container.name);
      if (found) return found;
      const needed = containers.filter(({ name }) => container.dependsOn?.includes(name));
      const starting = Promise.all(needed.map(start)).then(() => this.#startContainer(container));
      started.set(container.name, starting);
      return starting;
    };
    await Promise.all(containers.map(start));
  }

  async #startContainer(container: Container): Promise<void> {
    const child = await this.#spawn(container);
    this.#processes.set(container.name, child);
    // A stop that came while the process was being made did not see it.
    if (this.#stopped) await child.stop("SIGKILL");
    const exit = child.exited.then((ended) => this.#onExit(container, ended));
    const probe = container.startupProbe ?? (container.port === undefined ? undefined : defaultStartupProbe);
    if (!probe) return;
    const target = { address: this.address, port: container.port, signal: this.#abort.signal };
    const isUp = await Promise.race([awaitStartup(probe, target), exit]);
    if (isUp === true) {
      this.#log(container, `STARTUP probe succeeded for container "${container.name}".`, "INFO");
      void this.#watch(container);
      return;
    }
    throw isUp === false ? probeFailed(container) : exited(container, isUp);
  }

  async #spawn(container: Container): Promise<ManagedProcess> {
    const { cloud, images, account } = this.#runtime;
    const program = toProgram(images, container);
    const table = this.#table();
    const mounts = mountTable(this.#directory, container.mounts ?? []);
    const onLine = (line: string, stream: "stdout" | "stderr") =>
      this.#write(container, { log: `run.googleapis.com/${stream}`, text: line });
    try {
      return await cloud.processes.spawn({
        command: program.command,
        args: program.args.map((arg) => translatePaths(translateAddresses(arg, table), mounts)),
        cwd: program.cwd,
        env: this.#environment(container, { base: program.env, table, mounts }),
        ...account,
        onLine,
      });
    } catch (cause) {
      const message = `The container's process could not be started: ${program.command}`;
      throw new StartError({ container: container.name, reason: "exit", message, cause });
    }
  }

  #table(): AddressTable {
    const { fabric } = this.#runtime.cloud;
    return addressTable(this.address, fabric.translation(this.#workload.egress.network));
  }

  #environment(container: Container, { base, table, mounts }: Surroundings) {
    const own = {
      ...this.#workload.env,
      ...(container.port ? { PORT: String(container.port) } : {}),
      ...container.env,
    };
    const translated = Object.entries(own).map(([name, value]) => [
      name,
      translatePaths(translateAddresses(value, table), mounts),
    ]);
    const { preload, filesPreload, compiled } = this.#runtime;
    return instanceEnvironment({
      cloud: this.#runtime.cloud.environment({
        metadataHost: this.#metadata?.host ?? "",
        project: this.#workload.project,
      }),
      container: { ...base, HOME: this.#directory, TMPDIR: this.#directory, ...Object.fromEntries(translated) },
      reachesGoogle: this.#workload.egress.reachesGoogle,
      preloads: container.mounts?.length ? [preload, filesPreload] : [preload],
      compiled,
      mounts,
      address: this.address,
      table,
    });
  }

  /** A container that ends takes a service's instance with it; a task's goes on until its main containers are done. */
  #onExit(container: Container, exit: ProcessExit): ProcessExit {
    if (this.#stopped) return exit;
    this.#log(container, describeExit(exit), exit.code === 0 ? "INFO" : "WARNING");
    if (this.#kind === "service") void this.stop(`container ${container.name}: ${describeExit(exit)}`);
    return exit;
  }

  async #watch(container: Container): Promise<void> {
    if (!container.livenessProbe) return;
    const target = { address: this.address, port: container.port, signal: this.#abort.signal };
    if (await watchLiveness(container.livenessProbe, target)) return;
    this.#log(container, `LIVENESS probe failed for container "${container.name}".`, "ERROR");
    await this.stop("liveness probe failed");
  }

  #log(container: Container, text: string, severity: string): void {
    this.#write(container, { log: "run.googleapis.com/varlog/system", text, severity });
  }

  #write(
    container: Container,
    entry: { readonly log: string; readonly text: string; readonly severity?: string },
  ): void {
    const { project, resource, logLabels } = this.#workload;
    const labels = { ...logLabels, instanceId: this.id, container_name: container.name };
    this.#runtime.cloud.logs.write({ project, resource, labels, ...entry });
  }
}

/** What a container's environment is made from beside its own variables. */
interface Surroundings {
  readonly base: Readonly<Record<string, string>>;
  readonly table: AddressTable;
  readonly mounts: MountTable;
}

function describeExit({ code, signal }: ProcessExit): string {
  return code === null ? `Container terminated on signal ${signal}.` : `Container called exit(${code}).`;
}

function exited(container: Container, exit: ProcessExit): StartError {
  const message = describeExit(exit);
  return new StartError({ container: container.name, reason: "exit", exitCode: exit.code, message });
}

function probeFailed(container: Container): StartError {
  const message = `The startup probe of container '${container.name}' did not succeed in time.`;
  return new StartError({ container: container.name, reason: "probe", message });
}
