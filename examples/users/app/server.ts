import { createServer, type ServerResponse } from "node:http";
import { createPool, selectUsers } from "./users.ts";

/*
 * Answers `GET /` with the rows of the table `users`. The database is reached through the AlloyDB Auth Proxy beside this
 * container; DB_USER, DB_PASS (not with IAM login), INSTANCE_HOST, DB_PORT and DB_NAME tell where and as whom.
 */

const pool = createPool(process.env);
const server = createServer((request, response) => {
  const isRoot = new URL(request.url ?? "/", "http://localhost").pathname === "/";
  if (!isRoot) return answer(response, 404, "Not found\n");
  if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "Only GET is answered\n");
  void answerUsers(response);
});

server.listen(Number(process.env.PORT ?? "8080"), () => console.log(`listening on port ${portOf(server.address())}`));
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());

async function answerUsers(response: ServerResponse): Promise<void> {
  try {
    const users = await selectUsers(pool);
    answer(response, 200, `Select Users: [${users.map(({ id, name }) => `{${id} ${name}}`).join(" ")}]\n`);
  } catch (error) {
    // What went wrong is for the log; a caller learns only that it did.
    console.error(`selecting the users failed: ${error instanceof Error ? error.message : "unknown"}`);
    answer(response, 500, "The users could not be read\n");
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

function portOf(address: ReturnType<typeof server.address>): number | string {
  return typeof address === "object" && address ? address.port : "unknown";
}

/** Lets the requests under way be answered, then closes the connections to the database. */
async function stop(): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
  await pool.end();
}
