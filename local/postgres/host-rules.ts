/** Roles that the machinery logs in as, always by certificate. */
export const adminRole = "alloydbadmin";
/** Streams changes to a read pool; by certificate. */
export const replicaRole = "alloydbreplica";
/** Subject of the certificate with which the relay passes on logins that carry a password. */
export const nativeRelay = "alloydbrelay";
/** Subject of the certificate with which the relay logs principals in, whom it has identified, as their IAM roles. */
export const iamRelay = "alloydbiamrelay";

/** Whom a server lets in from outside. */
export interface Admission {
  /** Whether logins without TLS are let in (`ALLOW_UNENCRYPTED_AND_ENCRYPTED`). */
  readonly unencrypted: boolean;
  /** Whether only connectors (that is, the relay) are let in. */
  readonly connectorsOnly: boolean;
  /** Whether principals may log in with an access token as their password (`alloydb.iam_authentication`). */
  readonly tokens?: boolean;
}

/**
 * The text of `pg_hba.conf`. The first line that matches decides, so the superuser and IAM roles never reach a line
 * that takes a password.
 *
 * @see https://www.postgresql.org/docs/16/auth-pg-hba-conf.html
 */
export function hostRules({ unencrypted, connectorsOnly }: Admission): string {
  const rules = [
    `hostssl all ${adminRole} all cert`,
    `host all ${adminRole} all reject`,
    `hostssl replication ${replicaRole} all cert`,
    `host all ${replicaRole} all reject`,
    "hostssl all +alloydbiamuser all cert map=iam",
    "host all +alloydbiamuser all reject",
    `hostssl all all all scram-sha-256${connectorsOnly ? " clientcert=verify-ca" : ""}`,
    ...(unencrypted && !connectorsOnly ? ["hostnossl all all all scram-sha-256"] : []),
    "host all all all reject",
  ];
  return `${rules.join("\n")}\n`;
}

/** The text of `pg_ident.conf`: the relay may be any IAM role, and nobody else. */
export const identityMap = `iam ${iamRelay} +alloydbiamuser\n`;
