import { join } from "node:path";
import { type Api, handlers, type PermissionTable } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";
import type { StorageV1Methods } from "../model/generated/storage-v1.ts";
import { bucketMethods } from "./bucket-methods.ts";
import { openBuckets } from "./buckets.ts";
import { openContents } from "./contents.ts";
import { objectMethods } from "./object-methods.ts";
import { openObjects } from "./objects.ts";
import { permissions } from "./permissions.ts";
import { answerRaw, bucketOfPath } from "./raw.ts";
import { createUploads } from "./upload.ts";
import { openUploadSessions } from "./upload-session.ts";

/**
 * Cloud Storage by its JSON API and the plain URLs of objects.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1
 */
export function createStorage(cloud: Cloud): Api {
  const buckets = openBuckets(cloud);
  const contents = openContents(join(cloud.directory, "storage"));
  const objects = openObjects({ cloud, buckets, contents });
  const sessions = openUploadSessions(cloud, contents);
  const context = { cloud, buckets, objects, sessions };
  const uploads = createUploads(context);
  return {
    host: "storage.googleapis.com",
    permissions: ofBuckets(permissions, ({ bucket }) => buckets.find(String(bucket)) !== undefined),
    errorStyle: "storage",
    methods: handlers<StorageV1Methods>({ ...bucketMethods(context), ...objectMethods(context) }),
    raw: (request, call) => answerRaw({ ...context, uploads }, request, call),
    start() {
      sessions.expire();
      contents.keepOnly(new Set([...objects.contents(), ...sessions.contents()]));
    },
    projectOf(resource) {
      const name = /\/projects\/_\/buckets\/([^/]+)/.exec(resource)?.[1];
      return name === undefined ? undefined : buckets.find(name)?.projectId;
    },
    projectOfPath: (path) => buckets.find(bucketOfPath(path))?.projectId,
  };
}

/** Everybody is told that there is no such bucket: nobody has a right to what no project owns. */
function ofBuckets(table: PermissionTable, exists: (request: JsonObject) => boolean): PermissionTable {
  const rows = Object.entries(table).map(([method, row]) => {
    if ("open" in row) return [method, row] as const;
    const when = (resource: string) => (resource.startsWith("projects/_/buckets/{bucket}") ? { when: exists } : {});
    return [method, row.map((rule) => ({ ...rule, ...when(rule.resource) }))] as const;
  });
  return Object.fromEntries(rows);
}
