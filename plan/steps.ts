import { clusterStep } from "./steps/cluster.ts";
import { egressStep } from "./steps/egress.ts";
import { identityStep } from "./steps/identity.ts";
import { imageStep } from "./steps/image.ts";
import { instanceStep } from "./steps/instance.ts";
import { networkStep } from "./steps/network.ts";
import { peeringStep } from "./steps/peering.ts";
import { readPoolStep } from "./steps/read-pool.ts";
import { retireStep } from "./steps/retire.ts";
import { scheduleStep } from "./steps/schedule.ts";
import { seedStep } from "./steps/seed.ts";
import { serviceStep } from "./steps/service.ts";
import { servicesStep } from "./steps/services.ts";
import { trafficStep } from "./steps/traffic.ts";
import { verifyStep } from "./steps/verify.ts";

/** All declarations in the order of `stepNames`. */
export const steps = [
  servicesStep,
  networkStep,
  peeringStep,
  egressStep,
  identityStep,
  imageStep,
  clusterStep,
  instanceStep,
  readPoolStep,
  seedStep,
  serviceStep,
  verifyStep,
  trafficStep,
  scheduleStep,
  retireStep,
] as const;
