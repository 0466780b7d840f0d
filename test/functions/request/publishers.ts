import type { PublisherClients } from "../../../functions/request/publishers.ts";

/** Policies that let nobody publish. */
export const noPublishers: Pick<PublisherClients, "pubsub" | "resourceManager"> = {
  pubsub: { getPolicy: async () => ({}) },
  resourceManager: { getProjectPolicy: async () => ({}) },
};
