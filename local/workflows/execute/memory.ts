import { fault } from "../fault.ts";
import { memoryLimitBytes } from "../value/size.ts";

/** What all live variables of an execution take together. */
export class Memory {
  #bytes = 0;

  /** @throws WorkflowError ResourceLimitError when the limit would be passed; nothing is counted then */
  change(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > memoryLimitBytes) {
      const limit = `variables take more than ${memoryLimitBytes} bytes`;
      throw fault("ResourceLimitError", `memory usage limit exceeded: ${limit}`);
    }
    this.#bytes += bytes;
  }
}
