import type { RevisionParts } from "../../../functions/cloud-run/template.ts";
import type { ServiceInput } from "../../../plan/steps/service.ts";
import { ownershipOf } from "../../../spec/names.ts";

/** Whom the tests' resources belong to. */
export const ownership = ownershipOf({ installation: "p-alloyrun", environment: "staging", labels: { team: "data" } });

/** A service as `service` is told of it. */
export const serviceInput: ServiceInput = {
  service: "projects/p/locations/r/services/users",
  serviceAccount: "runner@p.iam.gserviceaccount.com",
  verifyAccount: "alloyrun-verify@p.iam.gserviceaccount.com",
  proxyImage: "gcr.io/alloydb-connectors/alloydb-auth-proxy:1.15.2",
  port: 8080,
  executionEnvironment: "gen2",
  cpu: 1,
  memory: "512Mi",
  minInstances: 0,
  maxInstances: 10,
  concurrency: 80,
  timeoutSeconds: 300,
  traffic: "all",
  login: { user: "app", auth: "password" },
  env: { GREETING: "hello" },
  secrets: { API_KEY: "projects/p/secrets/api-key/versions/3" },
  ownership,
};

/** What the other steps gave. */
export const revisionParts: RevisionParts = {
  image: "r-docker.pkg.dev/p/apps/users@sha256:abc",
  vpcAccess: { connector: "projects/p/locations/r/connectors/c" },
  instance: "projects/p/locations/r/clusters/c/instances/i",
  database: "mydb",
  applicationVersion: "projects/p/secrets/alloyrun-staging-application-password/versions/1",
};
