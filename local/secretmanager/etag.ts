import { ApiError } from "../error.ts";

/** @throws ApiError ABORTED when an etag was sent that is not the present one */
export function demandEtag({ etag: present }: { readonly etag: string }, sent: string | undefined): void {
  if (!sent || sent === present) return;
  const message = `The etag provided in the request, ${sent}, does not match the current etag, ${present}.`;
  throw new ApiError({ code: "ABORTED", message });
}
