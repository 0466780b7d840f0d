import { lstat, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** A local Google Cloud that runs on this machine for this user. */
export interface Running {
  readonly port: number;
  readonly pid: number;
}

/** Where running local clouds leave their note; private to the user. */
function notes(): string {
  return join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `alloyrun-${userInfo().uid}`);
}

/**
 * Leaves a note by which `local env`, `stop` and `clock` find this one.
 *
 * @throws Error when others could write the notes
 */
export async function noteRunning(running: Running): Promise<void> {
  await mkdir(notes(), { recursive: true, mode: 0o700 });
  await hasNotes();
  await writeFile(join(notes(), `${running.port}.json`), JSON.stringify(running), { mode: 0o600 });
}

/** Takes the note away; the folder too when it was the last. */
export async function forgetRunning(port: number): Promise<void> {
  if (!(await hasNotes())) return;
  await rm(join(notes(), `${port}.json`), { force: true });
  const left = await readdir(notes()).catch(() => ["unknown"]);
  if (left.length === 0) await rm(notes(), { recursive: true, force: true });
}

/**
 * The local Google Cloud on the port, or the only one when no port is given.
 *
 * @throws Error with what to do when there is none, or more than one, or others could have written the note
 */
export async function findRunning(port?: number): Promise<Running> {
  const found = (await listRunning()).filter((running) => port === undefined || running.port === port);
  const [only] = found;
  if (!only) {
    const where = port === undefined ? "" : ` on port ${port}`;
    throw new Error(`no local Google Cloud is running${where}: start one with \`alloyrun local start\``);
  }
  if (found.length > 1) {
    const ports = found.map((running) => running.port).sort((a, b) => a - b);
    throw new Error(`several are running: name one with --port ${ports.join(" or ")}`);
  }
  return only;
}

/** Tells whether the process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether there is a folder of notes. Its notes say which process is ended and whose answer a shell takes for commands, so
 * it must be one that only this user could have filled.
 *
 * @throws Error when it is not
 */
async function hasNotes(): Promise<boolean> {
  const folder = notes();
  const found = await lstat(folder).catch(() => undefined);
  if (!found) return false;
  const isPrivate = found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o777) === 0o700;
  if (isPrivate) return true;
  throw new Error(
    `${folder} is not a folder that is yours alone (mode 0700): remove it, or name another place in XDG_RUNTIME_DIR`,
  );
}

async function listRunning(): Promise<Running[]> {
  if (!(await hasNotes())) return [];
  const files = await readdir(notes()).catch(() => []);
  const read = await Promise.all(files.map((file) => readNote(join(notes(), file))));
  return read.filter((running) => running !== undefined);
}

async function readNote(path: string): Promise<Running | undefined> {
  const running = parseNote(await readFile(path, "utf8").catch(() => ""));
  if (running && isAlive(running.pid) && (await isListening(running.port))) return running;
  await rm(path, { force: true });
  return undefined;
}

function parseNote(text: string): Running | undefined {
  try {
    const { port, pid } = JSON.parse(text) as Partial<Running>;
    return typeof port === "number" && typeof pid === "number" ? { port, pid } : undefined;
  } catch {
    return undefined;
  }
}

/** The process of a note that was left behind may be gone and its number another's, who must not be ended for it. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
