import type { JsonObject } from "../../../local/json.ts";
import { createRandom, type Random } from "../../../local/random.ts";
import { computeDone, demand } from "../../support/kept-calls.ts";
import type { KeptCloud } from "../../support/kept-cloud.ts";
import { rest, testProject } from "../../support/local-cloud.ts";

/** What somebody was told of a resource: its content, or `undefined` when it was deleted or never made. */
type Told = string | undefined;

/** One resource of a kind whose whole state is one text. */
interface Subject {
  readonly name: string;
  /** What was acknowledged last. */
  told: Told;
  /** What was asked for and not answered; the same as told when nothing is. */
  asked: Told;
}

/** How the resources of a kind are written and read. */
interface Kind {
  readonly create: (local: KeptCloud, name: string, text: string) => Promise<unknown>;
  /** Absent where resources of the kind do not change. */
  readonly change?: (local: KeptCloud, name: string, text: string) => Promise<unknown>;
  readonly remove: (local: KeptCloud, name: string) => Promise<unknown>;
  readonly read: (local: KeptCloud, name: string) => Promise<Told>;
}

const parent = `projects/${testProject}`;
const secrets = `secretmanager.googleapis.com/v1/${parent}/secrets`;
const bucket = "load-bucket";
const objects = `storage.googleapis.com/storage/v1/b/${bucket}/o`;
const networks = `compute.googleapis.com/compute/v1/${parent}/global/networks`;

async function found(
  local: KeptCloud,
  target: string,
): Promise<{ readonly text: string; readonly body: JsonObject } | undefined> {
  const answer = await rest(local, target);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`${target}: ${answer.text}`);
  return answer;
}

const kinds: Readonly<Record<"secret" | "object" | "network", Kind>> = {
  secret: {
    create: (local, name, text) =>
      demand(local, `POST ${secrets}?secretId=${name}`, { labels: { text }, replication: { automatic: {} } }),
    change: (local, name, text) => demand(local, `PATCH ${secrets}/${name}?updateMask=labels`, { labels: { text } }),
    remove: (local, name) => demand(local, `DELETE ${secrets}/${name}`),
    read: async (local, name) => {
      const labels = (await found(local, `GET ${secrets}/${name}`))?.body.labels as
        | { readonly text: string }
        | undefined;
      return labels?.text;
    },
  },
  object: {
    create: (local, name, text) =>
      demand(local, `POST storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, text),
    remove: async (local, name) => {
      const { status } = await rest(local, `DELETE ${objects}/${name}`);
      if (status !== 204) throw new Error(`deleting ${name} was answered with ${status}`);
    },
    read: async (local, name) => (await found(local, `GET ${objects}/${name}?alt=media`))?.text,
  },
  network: {
    // Acknowledged is what an operation was started for: it must end well after a crash.
    create: async (local, name, text) =>
      demand(local, `POST ${networks}`, { name, description: text, autoCreateSubnetworks: false }),
    remove: async (local, name) => {
      for (;;) {
        const { status, body } = await rest(local, `DELETE ${networks}/${name}`);
        if (status === 200) return computeDone(local, body);
      }
    },
    read: async (local, name) => (await found(local, `GET ${networks}/${name}`))?.body.description as Told,
  },
};

/** Callers who make, change and delete resources, each its own, and remember what they were told. */
export class Load {
  readonly #random: Random;
  readonly #subjects: { readonly kind: Kind; readonly subject: Subject }[] = [];
  #acknowledged = 0;
  #made = 0;

  constructor(seed: string) {
    this.#random = createRandom(seed);
  }

  /** Number of answers so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Makes what the load works in. */
  async prepare(local: KeptCloud): Promise<void> {
    await demand(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { name: bucket });
  }

  /** Asks for change after change until the cloud is gone; the callers tell it to be killed after so many answers. */
  async run(
    local: KeptCloud,
    { callers, answers }: { readonly callers: number; readonly answers: number },
  ): Promise<void> {
    const until = this.#acknowledged + answers;
    const kill = async () => {
      if (this.#acknowledged === until) await local.kill();
    };
    await Promise.all(Array.from({ length: callers }, () => this.#call(local, kill)));
  }

  async #call(local: KeptCloud, onAnswer: () => Promise<void>): Promise<void> {
    const names = ["secret", "secret", "object", "network"] as const;
    for (;;) {
      const kind = kinds[names[Math.floor(this.#random.next() * names.length)] ?? "secret"];
      const subject: Subject = { name: `load-${this.#made++}`, told: undefined, asked: undefined };
      this.#subjects.push({ kind, subject });
      try {
        for (const step of this.#plan(kind)) {
          subject.asked = step;
          await perform(kind, local, subject);
          subject.told = step;
          this.#acknowledged += 1;
          void onAnswer();
        }
      } catch (caught) {
        // Whatever else goes wrong is a finding.
        if (/fetch failed|terminated|ECONNRESET|other side closed/.test(String(caught))) return;
        throw caught;
      }
    }
  }

  #plan(kind: Kind): Told[] {
    const text = () => `t${this.#random.hex(12)}`;
    const changes = kind.change ? Array.from({ length: Math.floor(this.#random.next() * 4) }, text) : [];
    return [text(), ...changes, ...(this.#random.next() < 0.4 ? [undefined] : [])];
  }

  /** What is not as somebody was told, nor as somebody has asked for without an answer. */
  async findings(local: KeptCloud): Promise<string[]> {
    const wrong: string[] = [];
    for (const { kind, subject } of this.#subjects) {
      const { name, told, asked } = subject;
      const present = await kind.read(local, name);
      if (present !== told && present !== asked) wrong.push(`${name} is ${present}, not ${told} or ${asked}`);
      subject.told = present;
      subject.asked = present;
    }
    return wrong;
  }
}

async function perform(kind: Kind, local: KeptCloud, { name, told, asked }: Subject): Promise<void> {
  if (asked === undefined) await kind.remove(local, name);
  else if (told === undefined) await kind.create(local, name, asked);
  else await kind.change?.(local, name, asked);
}
