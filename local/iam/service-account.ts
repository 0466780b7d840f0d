import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import type { ServiceAccount } from "../model/generated/iam-admin.ts";
import type { Random } from "../random.ts";
import { createTally } from "../tally.ts";

const day = 24 * 60 * 60 * 1000;

/** A service account as the collection `iam.serviceAccounts` has it by e-mail. */
export interface StoredServiceAccount {
  readonly email: string;
  readonly uniqueId: string;
  readonly projectId: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly disabled?: boolean;
  readonly etag: string;
  /** Clock time from which reads see the account everywhere. */
  readonly visibleAt: number;
}

/** A deleted account, by unique id in `iam.deletedServiceAccounts`. */
interface DeletedServiceAccount extends StoredServiceAccount {
  readonly deletedAt: number;
}

/** The service accounts of a local cloud. */
export interface ServiceAccounts {
  /** The account behind `projects/{project or -}/serviceAccounts/{e-mail or unique id}`. */
  find(name: string): StoredServiceAccount | undefined;
  list(project: string): readonly StoredServiceAccount[];
  /** Whether a read sees the account: always once its creation has spread, by chance before. */
  isSeen(account: StoredServiceAccount): boolean;
  /** @throws ApiError ALREADY_EXISTS */
  create(
    account: Pick<StoredServiceAccount, "email" | "projectId" | "displayName" | "description">,
  ): StoredServiceAccount;
  /**
   * Writes whether an account is disabled. Its etag stays: Terraform reads it, enables the account and then sends it with
   * the other changes.
   */
  setDisabled(account: StoredServiceAccount, disabled: boolean): void;
  /** Writes what changed, with a new etag. */
  put(account: StoredServiceAccount): StoredServiceAccount;
  delete(account: StoredServiceAccount): void;
  /** @throws ApiError NOT_FOUND when there is no such account deleted in the last 30 days, ALREADY_EXISTS when its name is taken */
  undelete(uniqueId: string): StoredServiceAccount;
}

/** Opens the service accounts of a local cloud. */
export function createServiceAccounts(cloud: Cloud): ServiceAccounts {
  const { clock } = cloud;
  const accounts = cloud.store.collection<StoredServiceAccount>("iam.serviceAccounts");
  const deleted = cloud.store.collection<DeletedServiceAccount>("iam.deletedServiceAccounts");
  const draws = cloud.random.fork("iam.serviceAccounts");
  const draw = createLatencies(cloud);
  const tally = createTally(cloud.store, "iam.tally");
  for (const [, { visibleAt }] of accounts.list()) awaitVisible(visibleAt);

  /** The clock runs towards the moment when an account has spread, as to anything that callers wait for. */
  function awaitVisible(visibleAt: number): void {
    if (visibleAt > clock.now()) void clock.sleep(visibleAt - clock.now(), { draws: true });
  }

  /** Draws that belong to an account and to what is done with it for the n-th time, whoever else does what meanwhile. */
  function drawsOf(use: string, email: string): Random {
    return cloud.random.lasting(`account ${use} ${email} ${tally.next(`${use} ${email}`)}`);
  }

  function drawDigits(email: string): string {
    const digits = drawsOf("id", email);
    return Array.from({ length: 20 }, () => Math.floor(digits.next() * 10)).join("");
  }

  function demandFree(email: string, project: string): void {
    if (!accounts.get(email)) return;
    const [id] = email.split("@");
    throw new ApiError({
      code: "ALREADY_EXISTS",
      message: `Service account ${id} already exists within project projects/${project}.`,
      reason: "alreadyExists",
    });
  }

  return {
    find(name) {
      const [, project, , id = ""] = name.split("/");
      const account = accounts.get(id) ?? accounts.list().find(([, { uniqueId }]) => uniqueId === id)?.[1];
      return project === "-" || account?.projectId === project ? account : undefined;
    },
    list: (project) => accounts.list().flatMap(([, account]) => (account.projectId === project ? [account] : [])),
    isSeen: ({ visibleAt, email }) => clock.now() >= visibleAt || drawsOf("read", email).next() < 0.5,
    create(fields) {
      demandFree(fields.email, fields.projectId);
      const visibleAt = clock.now() + draw("iam.serviceAccount.propagation", fields.email);
      awaitVisible(visibleAt);
      return this.put({ ...fields, uniqueId: `1${drawDigits(fields.email)}`, etag: "", visibleAt });
    },
    setDisabled: (account, disabled) => void accounts.put(account.email, { ...account, disabled }),
    put: (account) => accounts.put(account.email, { ...account, etag: Buffer.from(draws.hex(8)).toString("base64") }),
    delete(account) {
      accounts.delete(account.email);
      deleted.put(account.uniqueId, { ...account, deletedAt: clock.now() });
    },
    undelete(uniqueId) {
      const found = deleted.get(uniqueId);
      if (!found || found.deletedAt + 30 * day < clock.now()) throw unknownAccount();
      demandFree(found.email, found.projectId);
      deleted.delete(uniqueId);
      const { deletedAt: _, ...account } = found;
      return this.put(account);
    },
  };
}

/** Nothing is known of an account. */
export function unknownAccount(): ApiError {
  return new ApiError({ code: "NOT_FOUND", message: "Unknown service account", reason: "notFound" });
}

/** An account as the API shows it. */
export function toServiceAccount({ visibleAt: _, ...account }: StoredServiceAccount): ServiceAccount {
  const { projectId, email, uniqueId } = account;
  return { name: `projects/${projectId}/serviceAccounts/${email}`, ...account, oauth2ClientId: uniqueId };
}
