import type { Json, JsonObject } from "../../../local/json.ts";
import type { Wire } from "../gcloud/wire.ts";

/** One request of the provider. In its texts `{project}` and `{number}` stand for the project, `{read.x}` for what was last read. */
export interface Step {
  /** Verb and address, `POST compute.googleapis.com/compute/v1/…`. */
  readonly send: string;
  /** What it sends, or how that follows from what was last read. */
  readonly body?: Json | ((wire: Wire, read: JsonObject) => Json);
  readonly headers?: Readonly<Record<string, string>>;
  /** How the provider learns that it took effect; the answer is the effect unless given. */
  readonly wait?: "compute" | "operation";
  /** Status that the provider goes on after; 200 unless given. */
  readonly status?: number;
  /** Text that the provider looks for in the failure of the operation. */
  readonly fails?: string;
  /** What the provider needs in the answer, or in what the operation ended with. */
  readonly answer?: JsonObject;
}

/** An id that a resource may be imported by, and what the provider reads for it. */
export interface Import {
  /** As typed after the resource's address. */
  readonly id: string;
  /** Address; the life's own, with the project as the id spells it, unless given. */
  readonly read?: string;
}

/** The life of one resource under Terraform. */
export interface Life {
  /** Type of the resource, and what of it this is about. */
  readonly resource: string;
  /** Puts in place by other means what the provider finds there. */
  readonly prepare?: (wire: Wire) => Promise<void>;
  readonly create: readonly Step[];
  /** Address that it is read from. */
  readonly read: string;
  /** Ids that it may be imported by, or why it cannot be. */
  readonly imports: readonly (string | Import)[] | { readonly none: string };
  /** Sent with the read where it is a POST. */
  readonly asking?: JsonObject;
  /** What the provider takes from a read and compares with the configuration: a difference would be a diff of every plan. */
  readonly state: JsonObject;
  /** What of a read is compared, where the rest belongs to other resources. */
  readonly view?: (answer: JsonObject) => JsonObject;
  /** Whether a change has come to its end, where there is no operation to tell: the provider reads until then. */
  readonly settled?: (answer: JsonObject) => boolean;
  /** Fields that would be a diff if they were there. */
  readonly absent?: readonly string[];
  readonly update?: readonly Step[];
  readonly updated?: JsonObject;
  readonly remove: readonly Step[];
  /** What a read finds once it is gone, where that is no 404. */
  readonly gone?: (answer: JsonObject) => boolean;
  /** Time of the clock that the provider waits after the create, as what was made is not seen everywhere at once. */
  readonly spreadMs?: number;
  /** Time of the clock to pass before it can be removed, as Google lets go of it late. */
  readonly heldMs?: number;
}
