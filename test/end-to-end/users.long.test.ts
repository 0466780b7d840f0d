import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { type Checkout, makeCheckout, type Person } from "./support/checkout.ts";
import { listProcesses } from "./support/processes.ts";
import { awaitGone, type Session, startSession } from "./support/session.ts";

jest.setTimeout(600_000);

const isRoot = process.getuid?.() === 0;
const answer = "Select Users: [{3 sasashun}]";

/** Nobody in particular: an id that every system has. */
const ordinary: Person = isRoot ? { uid: 65534, gid: 65534 } : {};

let checkout: Checkout | undefined;

afterEach(() => {
  checkout?.remove();
  checkout = undefined;
});

describe("npm start -- --once", () => {
  it("works as an ordinary user, and below a folder closed to others", async () => {
    const session = start(["npm", "start", "--", "--once"], ordinary);
    const { code } = await session.ended;
    expect(session.printed()).toContain(answer);
    expect(session.printed()).toContain("Nothing of the environment is left.");
    expect(code).toBe(0);
    expect(checkout?.left()).toEqual([]);
    expect(started()).toEqual([]);
  });
});

describe("npm start", () => {
  const whoever = isRoot ? "as root" : "as an ordinary user";

  it(`works ${whoever}, and ends with all its processes and files on Ctrl-C, once the environment stands`, async () => {
    const session = start(["npm", "start"]);
    await session.says("stays up until Ctrl-C");
    expect(session.printed()).toContain(answer);
    const pids = [session.pid, ...session.descendants()];
    expect(pids.length).toBeGreaterThan(5);
    session.interrupt("SIGINT");
    await session.ended;
    await expectNothingLeft(pids);
  });

  it("ends with all its processes and files on SIGTERM in the middle of a run", async () => {
    const session = start([process.execPath, "cli/main.ts", "up", "examples/users/environment.yaml", "--local"]);
    await session.says("up of users: run");
    const pids = session.descendants();
    process.kill(session.pid, "SIGTERM");
    expect(await session.ended).toEqual({ code: 130, signal: null });
    await expectNothingLeft(pids);
  });

  it("leaves no process and no file behind when it is killed in the middle of a run", async () => {
    const session = start([process.execPath, "cli/main.ts", "up", "examples/users/environment.yaml", "--local"]);
    await session.says("✓ instance   simulated");
    const pids = session.descendants();
    process.kill(session.pid, "SIGKILL");
    expect(await session.ended).toEqual({ code: null, signal: "SIGKILL" });
    await expectNothingLeft(pids);
  });

  async function expectNothingLeft(pids: readonly number[]): Promise<void> {
    await awaitGone(pids);
    expect(started()).toEqual([]);
    expect(checkout?.left()).toEqual([]);
  }
});

function start(command: readonly [string, ...string[]], person: Person = {}): Session {
  checkout = makeCheckout(person);
  return startSession({ command, cwd: checkout.directory, env: checkout.env, ...person });
}

/** Arguments of all processes that name something of the checkout. */
function started(): string[] {
  return listProcesses().flatMap(({ args }) => (checkout?.names(args) ? [args] : []));
}
