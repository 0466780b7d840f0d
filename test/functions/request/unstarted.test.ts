import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredRequest } from "../../../functions/entry/stored.ts";
import { accept } from "../../../functions/request/accept.ts";
import { cancelRun } from "../../../functions/request/change-run.ts";
import { beginUnstarted } from "../../../functions/request/unstarted.ts";
import { exampleText } from "../../spec/example.ts";
import { stored } from "../../support/stored.ts";
import { createTestInstallation, folders, requestWith, type TestInstallation } from "./context.ts";
import { telling } from "./telling.ts";

const day = 24 * 3600;

describe("beginUnstarted", () => {
  let here: TestInstallation;
  let refused: Error;

  beforeEach(async () => {
    here = createTestInstallation();
    refused = await accept(requestWith({ action: "up", spec: exampleText, folders }), {
      ...here.clients,
      executions: { ...here.clients.executions, createExecution: () => Promise.reject(new Error("no more of them")) },
    }).catch((caught) => caught);
  });

  /** The run that was noted. */
  const noted = () => {
    const { runs } = stored(here.clients.storage, "open/users.json") as unknown as { readonly runs: readonly string[] };
    return runs[0] ?? "";
  };

  /** The sweep looks after it, so many seconds after the bucket's beginning. */
  const look = (now: number) => beginUnstarted(telling(here, { now, heard: [] }));

  it("finds what whoever asked was told of, with the commands that begin it now or give it up", () => {
    expect(refused).toMatchObject({ code: "UNAVAILABLE", reason: "NOT_STARTED" });
    expect(refused.message).toContain(
      `${noted()} is noted, and could not be started: no more of them. It begins within`,
    );
    expect(refused.message).toContain(`\`alloyrun resume ${noted()} --project my-project\``);
    expect(here.started).toEqual([]);
  });

  it("begins it once, after a while in which whoever noted it may have been about to", async () => {
    await look(60);
    expect(here.started).toEqual([]);
    await look(900);
    await look(1800);
    expect(here.started.map(({ labels }) => labels?.run)).toEqual([noted()]);
    const { execution } = stored(here.clients.storage, `requests/${noted()}.json`) as unknown as StoredRequest;
    expect(execution).toMatch(/alloyrun-environment\/executions\/1$/);
  });

  it("leaves what nobody expects any more, and what was given up", async () => {
    await look(2 * day);
    expect(here.started).toEqual([]);
    await cancelRun(noted(), "a@example.com", here.clients);
    const { length } = here.started;
    await look(900);
    expect(here.started).toHaveLength(length);
  });

  it("tries again the next time what cannot be started now, and begins the others", async () => {
    const other = exampleText.replace("name: users", "name: others");
    await expect(
      accept(requestWith({ action: "up", spec: other, folders }, "k2"), {
        ...here.clients,
        executions: { ...here.clients.executions, createExecution: () => Promise.reject(new Error("no more")) },
      }),
    ).rejects.toMatchObject({ reason: "NOT_STARTED" });
    const clients = telling(here, { now: 900, heard: [] });
    const { createExecution } = clients.executions;
    const failing = (request: Parameters<typeof createExecution>[0]) =>
      request.labels?.environment === "others" ? Promise.reject(new Error("no more")) : createExecution(request);
    await beginUnstarted({ ...clients, executions: { ...clients.executions, createExecution: failing } });
    expect(here.started.map(({ labels }) => labels?.environment)).toEqual(["users"]);
    await look(1800);
    expect(here.started.map(({ labels }) => labels?.environment)).toEqual(["users", "others"]);
  });
});
