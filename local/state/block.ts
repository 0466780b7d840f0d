import { createServer, type Server } from "node:net";

/** A `127.{block}.0.0/16` that one local cloud of this machine has for itself. */
export interface Block {
  readonly block: number;
  /** Leaves it to others; the end of the process does so too. */
  release(): Promise<void>;
}

const first = 16;
const count = 200;

/** A port that nobody else uses on an address that is given to nobody: who listens there has the block. */
const lockPort = 20999;

/**
 * Takes a free block of loopback addresses.
 *
 * @param preferred tried first: the addresses of last time are the ones that people know
 * @throws Error when all are taken
 */
export async function takeBlock(preferred: number | undefined): Promise<Block> {
  // Begins elsewhere in each process, so that those that start together do not try one after the other.
  const shift = (process.pid * 7) % count;
  const others = Array.from({ length: count }, (_, index) => first + ((index + shift) % count));
  for (const block of preferred === undefined ? others : [preferred, ...others]) {
    const server = await listen(`127.${block}.255.253`, lockPort).catch(() => listenElsewhere(block));
    if (server) return { block, release: () => close(server) };
  }
  throw new Error("no block of loopback addresses is free: too many local Google Clouds run on this machine");
}

/** Where a system has 127.0.0.1 alone, a port of that stands for the block. */
async function listenElsewhere(block: number): Promise<Server | undefined> {
  const probe = await listen(`127.${block}.255.253`, 0).catch(() => undefined);
  if (probe) {
    await close(probe);
    return undefined;
  }
  return await listen("127.0.0.1", lockPort + block).catch(() => undefined);
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return server.unref();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
