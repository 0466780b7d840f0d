import type { TypedHandlers } from "../api.ts";
import { readListing } from "../list/listing.ts";
import type { AlloyDbMethods, Backup, SupportedDatabaseFlag } from "../model/generated/alloydb.ts";
import { paginate } from "../page.ts";
import { supportedFlags } from "./database-flags.ts";
import { notFound } from "./names.ts";

/** The methods that read what does not change here: the flags, and backups, of which none is ever made. */
export const catalogueMethods = {
  "google.cloud.alloydb.v1.AlloyDBAdmin.ListSupportedDatabaseFlags": ({ parent = "", pageSize, pageToken, scope }) => {
    const flags = scope === "CONNECTION_POOL" ? [] : supportedFlags(parent);
    const key = ({ flagName = "" }: SupportedDatabaseFlag) => flagName;
    const page = paginate(flags, { key, size: pageSize, token: pageToken, limits: { usual: 100, most: 1000 } });
    return { supportedDatabaseFlags: page.items, nextPageToken: page.nextPageToken };
  },
  "google.cloud.alloydb.v1.AlloyDBAdmin.ListBackups": (request) => ({
    backups: readListing<Backup>("google.cloud.alloydb.v1.Backup", request).page([], { usual: 100, most: 1000 }).items,
  }),
  "google.cloud.alloydb.v1.AlloyDBAdmin.GetBackup": ({ name = "" }) => {
    throw notFound(name);
  },
} satisfies TypedHandlers<AlloyDbMethods>;
