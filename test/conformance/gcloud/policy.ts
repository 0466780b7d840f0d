import { expect } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { Replay, Source } from "./replay.ts";
import type { Wire } from "./wire.ts";

/** How the policy of a kind of resource is read and written. */
export interface PolicyForm {
  /** Row of the resource without its verb, `pubsub: topics`. */
  readonly family: string;
  readonly role: string;
  /** Request that reads the policy; what it sends when that is a POST with a body. */
  readonly read: (wire: Wire) => string;
  readonly asking?: JsonObject;
  /** Address that the policy is set at. */
  readonly write: (wire: Wire) => string;
  /** Version that is sent back, where one is. */
  readonly version?: number;
  readonly source?: Source;
}

const member = "user:jane@example.com";

/** The three commands on a policy: a look, a binding more, and a binding less. */
export function policyReplays({
  family,
  role,
  read,
  asking,
  write,
  version,
  source = "recorded",
}: PolicyForm): Replay[] {
  const bound = { role, members: [member] };
  async function look(wire: Wire): Promise<JsonObject> {
    const answer = await wire.send(read(wire), asking ? { body: asking } : {});
    expect(answer).toMatchObject({ status: 200, body: { etag: expect.any(String) } });
    return answer.body;
  }
  async function change(wire: Wire, bindings: readonly JsonObject[]): Promise<JsonObject> {
    const { etag } = await look(wire);
    const policy = {
      ...(bindings.length > 0 ? { bindings } : {}),
      etag: String(etag),
      ...(version ? { version } : {}),
    };
    const written = await wire.send(`POST ${write(wire)}`, { body: { policy } });
    expect(written).toMatchObject({ status: 200, body: { etag: expect.any(String) } });
    expect(written.body.etag).not.toBe(etag);
    return written.body;
  }
  return [
    {
      row: `${family} add-iam-policy-binding`,
      source,
      play: async (wire) => expect(await change(wire, [bound])).toMatchObject({ bindings: [bound] }),
    },
    {
      row: `${family} get-iam-policy`,
      source,
      play: async (wire) => expect(await look(wire)).toMatchObject({ bindings: [bound] }),
    },
    {
      row: `${family} remove-iam-policy-binding`,
      source,
      play: async (wire) => expect((await change(wire, [])).bindings ?? []).toEqual([]),
    },
  ];
}
