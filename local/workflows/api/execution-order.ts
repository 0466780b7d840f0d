import { orderKey } from "../../list/order.ts";
import { tableFields } from "../../list/table-fields.ts";
import type { Collection, Store } from "../../store.ts";
import { type ExecutionRecord, executionCollection } from "./execution-record.ts";

/** Where an execution stands among those of its workflow. */
interface Place {
  /** Full name of the execution. */
  readonly name: string;
}

/** The executions of each workflow with the newest first, which is the order that lists have unless asked otherwise. */
export interface ExecutionOrder {
  /** Takes an execution in when it is created. */
  add(record: ExecutionRecord): void;
  /** Forgets one execution. */
  remove(record: ExecutionRecord): void;
  /** Forgets the executions of a workflow. */
  forget(workflow: string): void;
  /** Places in order below `projects/{project}/locations/{location}/workflows/{workflow}/executions/`. */
  readonly places: Pick<Collection<Place>, "scan">;
}

/** Opens the order, and takes in what was kept without it. */
export function openExecutionOrder(store: Store): ExecutionOrder {
  const places = store.collection<Place>("workflows.executionOrder");
  const records = store.collection<ExecutionRecord>(executionCollection);
  const key = orderKey<ExecutionRecord>("", {
    fields: tableFields({ kinds: { createtime: "number" }, read: ({ createMs }) => createMs }),
    ...{ idOf: ({ name }) => name.slice(name.lastIndexOf("/") + 1), usual: "createTime desc" },
  });
  const placeOf = (record: ExecutionRecord) =>
    `${record.name.slice(0, record.name.lastIndexOf("/") + 1)}${key(record)}`;
  const add = (record: ExecutionRecord): void => {
    places.put(placeOf(record), { name: record.name });
  };
  if (places.count("") < records.count("")) for (const [, record] of records.list()) add(record);
  return {
    add,
    remove: (record) => void places.delete(placeOf(record)),
    forget(workflow) {
      for (const [place] of places.list(`${workflow}/executions/`)) places.delete(place);
    },
    places,
  };
}
