import protobuf from "protobufjs";
import type { Behavior, Field, Message } from "./model.ts";
import { annotation, annotations, fullName, jsonName } from "./read.ts";
import { additions, requiredness } from "./selection.ts";

/** Gathers messages and enums, each with everything it refers to. */
export class TypeCollector {
  readonly messages: Record<string, Message> = {};
  readonly enums: Record<string, Record<string, number>> = {};

  /** Adds a type and all that its fields reach. */
  reach(type: protobuf.Type | protobuf.Enum): void {
    const name = fullName(type);
    if (type instanceof protobuf.Enum) {
      this.enums[name] = { ...type.values };
      return;
    }
    if (this.messages[name]) return;
    const fields: Record<string, Field> = {};
    this.messages[name] = { fields };
    for (const field of type.fieldsArray) fields[jsonName(field)] = this.#describe(type, field);
    const added = additions[name];
    const more = added === undefined ? [] : type.root.lookupType(added).fieldsArray;
    for (const field of more) fields[jsonName(field)] = this.#describe(type, field);
  }

  #describe(owner: protobuf.Type, field: protobuf.Field): Field {
    const json = jsonName(field);
    if (field.resolvedType) this.reach(field.resolvedType);
    const values = this.#valuesOf(owner, field);
    const reference = referenceOf(field);
    const behaviors = behaviorsOf(owner, field);
    const oneof = field.partOf;
    return {
      id: field.id,
      type: field.resolvedType ? fullName(field.resolvedType) : field.type,
      ...(field.name === json ? {} : { proto: field.name }),
      ...(field.repeated ? { repeated: true } : {}),
      ...(field instanceof protobuf.MapField ? { map: field.keyType } : {}),
      ...(oneof && !oneof.isProto3Optional ? { oneof: oneof.name } : {}),
      ...(oneof?.isProto3Optional ? { presence: true } : {}),
      ...(behaviors.length > 0 ? { behaviors } : {}),
      ...(reference ? { reference } : {}),
      ...(values ? { values } : {}),
    };
  }

  /** Compute types its enum fields as strings and lists their values in a nested enum of the field's name. */
  #valuesOf(owner: protobuf.Type, field: protobuf.Field): string | undefined {
    if (field.type !== "string" || !owner.fullName.startsWith(".google.cloud.compute.")) return undefined;
    const json = jsonName(field);
    const nested = owner.get(json.charAt(0).toUpperCase() + json.slice(1));
    if (!(nested instanceof protobuf.Enum)) return undefined;
    this.reach(nested);
    return fullName(nested);
  }
}

function behaviorsOf(owner: protobuf.Type, field: protobuf.Field): Behavior[] {
  const declared = annotations(field, "(google.api.field_behavior)").flat() as Behavior[];
  const required = requiredness[`${fullName(owner)}.${jsonName(field)}`];
  if (required === undefined) return declared;
  const others = declared.filter((behavior) => behavior !== "REQUIRED");
  return required ? ["REQUIRED", ...others] : others;
}

function referenceOf(field: protobuf.Field): string | undefined {
  const reference = annotation(field, "(google.api.resource_reference)");
  if (typeof reference !== "object" || reference === null) return undefined;
  const { type, child_type: child } = reference as { type?: string; child_type?: string };
  return type ?? (child ? `parent of ${child}` : undefined);
}
