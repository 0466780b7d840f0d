import type { Api } from "../../local/api.ts";
import { jsonResponse } from "../../local/http.ts";

/** A Cloud Storage in which every object, the lock that steps read above all, lies at one and the same generation. */
export function createLockStorage(): Api {
  const object = { name: "locks/staging.json", generation: "5" };
  return {
    host: "storage.googleapis.com",
    methods: {},
    permissions: {},
    raw: async () => jsonResponse(200, object),
  };
}
