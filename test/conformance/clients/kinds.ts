import type { Kind } from "./kind.ts";
import { computeKinds } from "./kinds/compute.ts";
import { schedulerJobs, subscriptions, topics } from "./kinds/messages.ts";
import { secrets } from "./kinds/secrets.ts";
import { serviceKinds } from "./kinds/services.ts";

/** The kinds of resources that the suite of behaviours runs over. */
export const kinds: readonly Kind[] = [secrets, topics, subscriptions, schedulerJobs, ...computeKinds, ...serviceKinds];
