import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createPool } from "../../examples/users/app/users.ts";

/** Where nobody listens: the port is never given out. */
const nowhere = {
  DB_USER: "app",
  DB_PASS: "not-to-be-seen",
  INSTANCE_HOST: "127.0.0.1",
  DB_PORT: "1",
  DB_NAME: "mydb",
};

let server: ChildProcess | undefined;

afterEach(async () => {
  if (server?.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGKILL");
  await once(server, "exit");
});

/** Starts the application as the buildpack does; gives its address and the lines it writes. */
async function start(env: NodeJS.ProcessEnv): Promise<{ app: ChildProcess; url: string; lines: string[] }> {
  const lines: string[] = [];
  const app = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "server.ts"], {
    cwd: "examples/users/app",
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  server = app;
  createInterface({ input: app.stderr }).on("line", (line) => lines.push(line));
  const output = createInterface({ input: app.stdout });
  output.on("line", (line) => lines.push(line));
  const [line] = await once(output, "line");
  return { app, url: `http://127.0.0.1:${/\d+$/.exec(String(line))?.[0]}`, lines };
}

describe("the example's application", () => {
  it("answers 500 without a secret while the database is away, and stays", async () => {
    const { url, lines } = await start(nowhere);
    for (const _attempt of [1, 2]) {
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(await response.text()).toBe("The users could not be read\n");
    }
    expect(lines.join("\n")).toMatch(/selecting the users failed: .*ECONNREFUSED/);
    expect(lines.join("\n")).not.toContain(nowhere.DB_PASS);
  });

  it("answers other paths and methods without asking the database", async () => {
    const { url, lines } = await start(nowhere);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    expect(lines.filter((line) => line.includes("failed"))).toEqual([]);
  });

  it("ends by itself on SIGTERM", async () => {
    const { app, url } = await start(nowhere);
    await fetch(url);
    app.kill("SIGTERM");
    expect(await once(app, "exit")).toEqual([0, null]);
  });
});

describe("createPool", () => {
  it("names what is missing in the environment", () => {
    const { DB_NAME: _name, ...env } = nowhere;
    expect(() => createPool(env)).toThrow("not set in the environment: DB_NAME");
  });

  it("needs no password: with IAM login there is none", async () => {
    const { DB_PASS: _password, ...env } = nowhere;
    await createPool(env).end();
  });
});

describe("the example's lock file", () => {
  it("pins the driver to the version that the package names, and names no registry", () => {
    const lock = readFileSync("examples/users/app/package-lock.json", "utf8");
    const { dependencies } = JSON.parse(readFileSync("examples/users/app/package.json", "utf8"));
    expect(JSON.parse(lock).packages["node_modules/pg"].version).toBe(dependencies.pg);
    expect(lock).not.toMatch(/"resolved"|https?:\/\/(?!opencollective|github)/);
  });
});
