import { fault } from "../fault.ts";

/** Most memory that all variables of an execution may take together, in bytes. */
const limitBytes = 512 * 1024;

/** What all live variables of an execution take together. */
export class Memory {
  #bytes = 0;

  /** @throws WorkflowError ResourceLimitError when the limit would be passed; nothing is counted then */
  change(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > limitBytes) {
      throw fault("ResourceLimitError", `memory usage limit exceeded: variables take more than ${limitBytes} bytes`);
    }
    this.#bytes += bytes;
  }
}
