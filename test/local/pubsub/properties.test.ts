import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Clock } from "../../../local/clock.ts";
import type { Cloud } from "../../../local/cloud.ts";
import type { PubSubContext, StoredTopic } from "../../../local/pubsub/context.ts";
import { parseAckId } from "../../../local/pubsub/delivery.ts";
import type { Consumer } from "../../../local/pubsub/lane.ts";
import { publishOne } from "../../../local/pubsub/publish.ts";
import { openContext } from "../../../local/pubsub/pubsub.ts";
import { withDefaults } from "../../../local/pubsub/subscription-settings.ts";
import { createStore, type Store } from "../../../local/store.ts";

const name = "projects/p/subscriptions/s";
const topic: StoredTopic = { name: "projects/p/topics/t", uid: "projects/p/topics/t#1" };

/** What is done to a subscription, by whom, in any order. */
type Act =
  | { readonly act: "publish"; readonly key: string }
  | { readonly act: "pull"; readonly count: number }
  | { readonly act: "stream"; readonly count: number }
  | { readonly act: "acknowledge" | "refuse" | "prolong"; readonly which: number }
  | { readonly act: "wait"; readonly seconds: number }
  | { readonly act: "restart" };

const which = fc.nat({ max: 3 });
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constant("publish" as const), key: fc.constantFrom("x", "x", "x", "x", "y", "") }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        act: fc.constantFrom("pull" as const, "stream" as const),
        count: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constantFrom("acknowledge" as const, "refuse" as const, "prolong" as const),
        which,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 15 }) }),
    },
    { weight: 1, arbitrary: fc.constant<Act>({ act: "restart" }) },
  ),
  { maxLength: 50, size: "max" },
);

/** A subscription that is opened anew from its records at every restart. */
class Rehearsal {
  readonly clock = new Clock({ pace: "max", start: 1_000_000_000_000 });
  readonly store: Store = createStore();
  readonly published = new Map<string, string>();
  readonly acknowledged = new Set<string>();
  /** Ids of handed out messages, latest last. */
  readonly ackIds: string[] = [];
  /** The message of each key that was handed out last. */
  readonly latest = new Map<string, number>();
  context: PubSubContext;
  consumer: Consumer = { mode: "stream", messages: 0, bytes: 0 };

  constructor(ordered: boolean) {
    this.clock.pause();
    this.context = this.open();
    const settings = { name, topic: topic.name, topicUid: topic.uid, enableMessageOrdering: ordered };
    this.context.topics.put(topic.name, topic);
    this.context.subscriptions.put(name, withDefaults({ ...settings, activeAt: this.clock.now() }));
    this.restart();
  }

  open(): PubSubContext {
    const cloud: Partial<Cloud> = { clock: this.clock, store: this.store };
    return openContext(cloud as Cloud);
  }

  restart(): void {
    this.context.feeds.stop();
    this.context.alarms.close();
    this.context = this.open();
    this.context.messages.start();
    this.context.feeds.start();
    this.consumer = { mode: "stream", messages: 0, bytes: 0 };
  }

  take(consumer: Consumer, count: number): number {
    const { backlog } = this.context.feeds.of(name);
    const taken = backlog.take(consumer, { maxMessages: count, maxBytes: 1e7, leaseMs: 10_000 });
    for (const { ackId, message } of taken) {
      this.ackIds.push(ackId);
      if (message.orderingKey) this.checkOrder(message.orderingKey, message.messageId);
    }
    return taken.length;
  }

  /** A key's message comes right after the one handed out before it, or is one that comes again. */
  checkOrder(key: string, messageId: string): void {
    const ofKey = [...this.published].filter(([, other]) => other === key).map(([id]) => id);
    const index = ofKey.indexOf(messageId);
    expect(index).toBeLessThanOrEqual((this.latest.get(key) ?? -1) + 1);
    this.latest.set(key, index);
  }

  answer(act: "acknowledge" | "refuse" | "prolong", back: number): void {
    const id = parseAckId(this.ackIds.at(-1 - back) ?? "");
    if (!id) return;
    const { backlog } = this.context.feeds.of(name);
    if (act === "acknowledge" && backlog.acknowledge(id)) this.acknowledged.add(id.messageId);
    if (act === "refuse") backlog.modifyDeadline(id, 0);
    if (act === "prolong") backlog.modifyDeadline(id, 20_000);
  }

  async perform(one: Act): Promise<void> {
    if (one.act === "publish") {
      const id = publishOne(this.context, topic, { data: "eA==", ...(one.key ? { orderingKey: one.key } : {}) });
      this.published.set(id, one.key);
    } else if (one.act === "pull") this.take({ mode: "batch", messages: 0, bytes: 0 }, one.count);
    else if (one.act === "stream") this.take(this.consumer, one.count);
    else if (one.act === "wait") await this.clock.advance(one.seconds * 1000);
    else if (one.act === "restart") this.restart();
    else this.answer(one.act, one.which);
  }

  /** Takes and acknowledges until nothing comes any more, however long it takes. */
  async drain(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await this.clock.advance(25_000);
      for (let taken = 1; taken > 0; ) {
        const before = this.ackIds.length;
        taken = this.take({ mode: "batch", messages: 0, bytes: 0 }, 100);
        for (let index = before; index < this.ackIds.length; index += 1) {
          this.answer("acknowledge", this.ackIds.length - 1 - index);
        }
      }
    }
  }
}

const x = { act: "publish", key: "x" } as const;
const pull = (count: number) => ({ act: "pull", count }) as const;
const answer = (act: "acknowledge" | "refuse", back: number) => ({ act, which: back }) as const;

/** Scripts by which order was lost once: an acknowledgement that came before that of an earlier message, or too late. */
const known: readonly (readonly Act[])[] = [
  [x, x, x, pull(3), answer("acknowledge", 1), answer("refuse", 2), pull(1), answer("acknowledge", 0), pull(1)],
  [
    x,
    x,
    x,
    pull(2),
    { act: "wait", seconds: 10 },
    pull(1),
    answer("acknowledge", 0),
    answer("acknowledge", 1),
    pull(1),
  ],
  [x, x, pull(2), answer("refuse", 0), pull(1), answer("refuse", 1), { act: "restart" }, answer("acknowledge", 0)],
];

async function rehearse(ordered: boolean, script: readonly Act[]): Promise<void> {
  const rehearsal = new Rehearsal(ordered);
  for (const one of script) await rehearsal.perform(one);
  await rehearsal.drain();
  expect([...rehearsal.acknowledged].sort()).toEqual([...rehearsal.published.keys()]);
  expect(rehearsal.store.collection("pubsub.messages").list()).toEqual([]);
  expect(rehearsal.store.collection("pubsub.deliveries").list()).toEqual([]);
  expect(rehearsal.consumer).toMatchObject({ messages: 0, bytes: 0 });
  rehearsal.clock.close();
}

describe("a subscription", () => {
  it("loses no message and keeps the order of its keys, whatever happens in between", async () => {
    await fc.assert(
      fc.asyncProperty(acts, (script) => rehearse(true, script)),
      { numRuns: 300, examples: known.map((script): [readonly Act[]] => [script]) },
    );
  }, 60_000);

  it("loses no message where keys do not matter", async () => {
    const plain = acts.map((script) => script.map((one) => (one.act === "publish" ? { ...one, key: "" } : one)));
    await fc.assert(
      fc.asyncProperty(plain, (script) => rehearse(false, script)),
      { numRuns: 100 },
    );
  }, 60_000);
});
