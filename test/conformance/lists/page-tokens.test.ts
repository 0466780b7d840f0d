import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { type RestAnswer, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { isRefusal } from "../malformed/refusal.ts";
import { askList, type ListSubject, listsOf } from "./list-subject.ts";

const other = "other-project";
let local: LocalCloud;
let lists: readonly ListSubject[];
/** The token of each list that has a second page. */
let given: readonly { readonly list: ListSubject; readonly token: string }[];

beforeAll(async () => {
  local = await startTestCloud();
  for (const { host } of local.apis) {
    local.cloud.projects.ensure(other);
    local.cloud.projects.setUsable(other, host, true);
  }
  await seed();
  lists = listsOf(local);
  const answers = await Promise.all(lists.map(async (list) => ({ list, answer: await firstPage(list) })));
  given = answers.flatMap(({ list, answer }) => {
    const token = tokenOf(answer);
    return token === undefined ? [] : [{ list, token }];
  });
}, 60_000);
afterAll(() => local.stop());

/** Two of several kinds, so that their lists have a second page; many lists have one by themselves. */
async function seed(): Promise<void> {
  const project = `projects/${testProject}`;
  for (const id of ["one", "two"]) {
    const body = { name: id, autoCreateSubnetworks: false };
    await rest(local, `POST compute.googleapis.com/compute/v1/${project}/global/networks`, { body });
    const replication = { automatic: {} };
    const secrets = `secretmanager.googleapis.com/v1/${project}/secrets`;
    await rest(local, `POST ${secrets}?secretId=${id}`, { body: { replication } });
    for (const secret of ["one", "absent"]) {
      await rest(local, `POST ${secrets}?secretId=${secret}`, { body: { replication } });
      await rest(local, `POST ${secrets}/${secret}:addVersion`, { body: { payload: { data: "eA==" } } });
    }
    await rest(local, `PUT pubsub.googleapis.com/v1/${project}/topics/${id}`, { body: {} });
    const bucket = { name: `bucket-${id}` };
    await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body: bucket });
  }
  await local.cloud.clock.idle();
}

function firstPage(list: ListSubject): Promise<RestAnswer> {
  return askList(local, list, { arguments: { [list.sizeField]: 1 } });
}

function tokenOf({ body: { nextPageToken, metadata } }: RestAnswer): string | undefined {
  const token = nextPageToken ?? (isJsonObject(metadata) ? metadata.continue : undefined);
  return typeof token === "string" && token !== "" ? token : undefined;
}

describe("every list", () => {
  it("goes on from its own token", async () => {
    for (const { list, token } of given) {
      const answer = await askList(local, list, { arguments: { [list.sizeField]: 1, [list.tokenField]: token } });
      expect({ list: list.title, status: answer.status }).toEqual({ list: list.title, status: 200 });
      expect({ list: list.title, token: tokenOf(answer) }).not.toEqual({ list: list.title, token });
    }
    expect(given.length).toBeGreaterThan(20);
  });

  it("refuses the token of every other list", async () => {
    const wrong: string[] = [];
    for (const list of lists) {
      const foreign = given.filter((one) => one.list !== list);
      const answers = foreign.map(async ({ list: { title }, token }) => {
        const answer = await askList(local, list, { arguments: { [list.tokenField]: token } });
        if (!isRefusal(list.subject, answer)) wrong.push(`${list.title} takes the token of ${title}: ${answer.text}`);
      });
      await Promise.all(answers);
    }
    expect(wrong).toEqual([]);
    expect(lists.length).toBeGreaterThan(80);
  }, 60_000);

  it("refuses its own token in another project, with another filter or order, and when a letter was changed", async () => {
    const wrong: string[] = [];
    for (const { list, token } of given) {
      const { subject, tokenField } = list;
      const changed = `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`;
      const asked = [
        { arguments: { [tokenField]: changed } },
        { arguments: { [tokenField]: token.slice(0, -1) } },
        ...(subject.address.includes(testProject) ? [{ arguments: { [tokenField]: token }, project: other }] : []),
        ...(list.has("filter") ? [{ arguments: { [tokenField]: token, filter: 'name="x"' } }] : []),
        ...(list.has("orderBy") ? [{ arguments: { [tokenField]: token, orderBy: "name" } }] : []),
      ];
      for (const one of asked) {
        const answer = await askList(local, list, one);
        if (!isRefusal(subject, answer)) wrong.push(`${list.title}, ${JSON.stringify(one)}: ${answer.text}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
