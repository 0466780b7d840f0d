import { createRandom, type Random } from "../../../local/random.ts";
import { demand } from "../../support/kept-calls.ts";
import type { KeptCloud } from "../../support/kept-cloud.ts";
import { testProject } from "../../support/local-cloud.ts";
import { bucket, closeClients, type Kind, kinds, type Told } from "./kinds.ts";

/** One resource of a kind. */
interface Subject {
  readonly name: string;
  /** What was acknowledged last. */
  told: Told;
  /** What was asked for and not answered; the same as told when nothing is. */
  asked: Told;
}

/** Longer than whoever pulled a message before a crash may keep it. */
const leaseSeconds = 700;

/** What a caller meets when the cloud is killed, over HTTP and over gRPC. */
const gone = /fetch failed|terminated|ECONNRESET|other side closed|14 UNAVAILABLE|1 CANCELLED|closed|read E/;

/** Callers who make, change and delete resources, each its own, and remember what they were told. */
export class Load {
  readonly #random: Random;
  readonly #subjects: { readonly kind: Kind; readonly subject: Subject }[] = [];
  #acknowledged = 0;
  #made = 0;
  #seen = 0;

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

  /**
   * Asks for change after change until the cloud is gone; it is killed by the caller who gets the last of so many answers,
   * at that moment.
   */
  async run(
    local: KeptCloud,
    { callers, answers }: { readonly callers: number; readonly answers: number },
  ): Promise<void> {
    const until = this.#acknowledged + answers;
    const kill = async () => {
      if (this.#acknowledged === until) await local.kill();
    };
    await Promise.all(Array.from({ length: callers }, () => this.#call(local, kill)));
    await closeClients(local);
  }

  async #call(local: KeptCloud, onAnswer: () => Promise<void>): Promise<void> {
    const names = Object.keys(kinds);
    for (;;) {
      const name = names[Math.floor(this.#random.next() * names.length)] ?? "";
      const kind = kinds[name];
      if (!kind) throw new Error(`no kind ${name}`);
      const subject: Subject = {
        name: `load-${name.toLowerCase()}-${this.#made++}`,
        told: undefined,
        asked: undefined,
      };
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
        if (gone.test(String(caught))) return;
        throw caught;
      }
    }
  }

  #plan(kind: Kind): Told[] {
    const text = () => `t${this.#random.hex(12)}`;
    const changes = kind.change ? Array.from({ length: Math.floor(this.#random.next() * 4) }, text) : [];
    return [text(), ...changes, ...(this.#random.next() < 0.4 ? [undefined] : [])];
  }

  /** What of the resources of this round is not as somebody was told, nor as somebody asked for without an answer. */
  async findings(local: KeptCloud): Promise<string[]> {
    await demand(local, "POST _local/clock/advance", { seconds: leaseSeconds });
    const fresh = this.#subjects.slice(this.#seen);
    this.#seen = this.#subjects.length;
    return await this.#check(local, fresh);
  }

  /** The same of the resources of all rounds, which nobody has changed since they were looked at. */
  async lastFindings(local: KeptCloud): Promise<string[]> {
    return await this.#check(local, this.#subjects);
  }

  async #check(local: KeptCloud, subjects: readonly { readonly kind: Kind; readonly subject: Subject }[]) {
    const wrong: string[] = [];
    for (const { kind, subject } of subjects) {
      const { name, told, asked } = subject;
      const present = await kind.read(local, name);
      if (present !== told && present !== asked) wrong.push(`${name} is ${present}, not ${told} or ${asked}`);
      subject.told = present;
      subject.asked = present;
    }
    await closeClients(local);
    return wrong;
  }
}

async function perform(kind: Kind, local: KeptCloud, { name, told, asked }: Subject): Promise<void> {
  if (asked === undefined) await kind.remove(local, name);
  else if (told === undefined) await kind.create(local, name, asked);
  else await kind.change?.(local, name, asked);
}
