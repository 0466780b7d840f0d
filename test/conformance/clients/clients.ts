import { v1 as alloydbV1, v1alpha as alloydbV1alpha, v1beta as alloydbV1beta } from "@google-cloud/alloydb";
import { ArtifactRegistryClient } from "@google-cloud/artifact-registry";
import { CloudBuildClient } from "@google-cloud/cloudbuild";
import * as compute from "@google-cloud/compute";
import { v1 as functionsV1, v2 as functionsV2 } from "@google-cloud/functions";
import { IAMCredentialsClient } from "@google-cloud/iam-credentials";
import { v2 as loggingV2 } from "@google-cloud/logging";
import { v1 as pubsubV1 } from "@google-cloud/pubsub";
import { ProjectsClient } from "@google-cloud/resource-manager";
import * as run from "@google-cloud/run";
import { CloudSchedulerClient } from "@google-cloud/scheduler";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { v1 as serviceUsageV1, v1beta1 as serviceUsageV1beta1 } from "@google-cloud/service-usage";
import { VpcAccessServiceClient } from "@google-cloud/vpc-access";
import { ExecutionsClient } from "@google-cloud/workflows";

/** A generated client, as far as all of them are alike. */
export interface OfficialClient {
  close(): Promise<void>;
}

/** Makes a client with options of google-gax. */
export type MakeClient = new (options: never) => OfficialClient;

/**
 * The official client of each service, by the service's full name. What several services of a host share is called through
 * the first of them that has it.
 */
export const officialClients: Readonly<Record<string, MakeClient>> = {
  "google.cloud.alloydb.v1.AlloyDBAdmin": alloydbV1.AlloyDBAdminClient,
  "google.cloud.alloydb.v1beta.AlloyDBAdmin": alloydbV1beta.AlloyDBAdminClient,
  "google.cloud.alloydb.v1alpha.AlloyDBAdmin": alloydbV1alpha.AlloyDBAdminClient,
  "google.devtools.artifactregistry.v1.ArtifactRegistry": ArtifactRegistryClient,
  "google.devtools.cloudbuild.v1.CloudBuild": CloudBuildClient,
  "google.cloud.compute.v1.Addresses": compute.AddressesClient,
  "google.cloud.compute.v1.Firewalls": compute.FirewallsClient,
  "google.cloud.compute.v1.GlobalAddresses": compute.GlobalAddressesClient,
  "google.cloud.compute.v1.GlobalOperations": compute.GlobalOperationsClient,
  "google.cloud.compute.v1.Instances": compute.InstancesClient,
  "google.cloud.compute.v1.Networks": compute.NetworksClient,
  "google.cloud.compute.v1.Projects": compute.ProjectsClient,
  "google.cloud.compute.v1.RegionOperations": compute.RegionOperationsClient,
  "google.cloud.compute.v1.Regions": compute.RegionsClient,
  "google.cloud.compute.v1.Routes": compute.RoutesClient,
  "google.cloud.compute.v1.Subnetworks": compute.SubnetworksClient,
  "google.cloud.compute.v1.ZoneOperations": compute.ZoneOperationsClient,
  "google.cloud.compute.v1.Zones": compute.ZonesClient,
  "google.cloud.functions.v2.FunctionService": functionsV2.FunctionServiceClient,
  "google.cloud.functions.v1.CloudFunctionsService": functionsV1.CloudFunctionsServiceClient,
  "google.iam.credentials.v1.IAMCredentials": IAMCredentialsClient,
  "google.logging.v2.LoggingServiceV2": loggingV2.LoggingServiceV2Client,
  "google.pubsub.v1.Publisher": pubsubV1.PublisherClient,
  "google.pubsub.v1.Subscriber": pubsubV1.SubscriberClient,
  "google.cloud.resourcemanager.v3.Projects": ProjectsClient,
  "google.cloud.run.v2.Executions": run.ExecutionsClient,
  "google.cloud.run.v2.Jobs": run.JobsClient,
  "google.cloud.run.v2.Revisions": run.RevisionsClient,
  "google.cloud.run.v2.Services": run.ServicesClient,
  "google.cloud.run.v2.Tasks": run.TasksClient,
  "google.cloud.scheduler.v1.CloudScheduler": CloudSchedulerClient,
  "google.cloud.secretmanager.v1.SecretManagerService": SecretManagerServiceClient,
  "google.api.serviceusage.v1.ServiceUsage": serviceUsageV1.ServiceUsageClient,
  "google.api.serviceusage.v1beta1.ServiceUsage": serviceUsageV1beta1.ServiceUsageClient,
  "google.cloud.vpcaccess.v1.VpcAccessService": VpcAccessServiceClient,
  "google.cloud.workflows.executions.v1.Executions": ExecutionsClient,
};
