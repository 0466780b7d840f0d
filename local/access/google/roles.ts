/** A predefined role: its title, and its permissions in the short form of the table. */
interface RoleRow {
  readonly title: string;
  /** Words `{service}.*`, `{service}.{kind}.*` and `{service}.{kind}.{verb}|{verb}`. */
  readonly permissions: string;
}

/**
 * Google's predefined roles for the services served here, as far as their permissions are those services'.
 *
 * @see https://cloud.google.com/iam/docs/roles-permissions
 */
// biome-ignore format: a table
export const googleRoles: Readonly<Record<string, RoleRow>> = {
  "roles/alloydb.admin": { title: "AlloyDB Admin", permissions: "alloydb.* resourcemanager.projects.get|list" },
  "roles/alloydb.client": { title: "AlloyDB Client", permissions: `
    alloydb.clusters.generateClientCertificate|get alloydb.instances.connect|get monitoring.timeSeries.create
    resourcemanager.projects.get|list` },
  "roles/alloydb.databaseUser": { title: "AlloyDB Database User", permissions: `
    alloydb.clusters.get alloydb.instances.executeSql|executeSqlReadOnly|get alloydb.users.login
    resourcemanager.projects.get|list` },
  "roles/alloydb.editor": { title: "AlloyDB Editor", permissions: `
    alloydb.backups.create|delete|get|list|listEffectiveTags|listTagBindings|update
    alloydb.clusters.create|delete|export|generateClientCertificate|get|import|list|listEffectiveTags|listTagBindings|promote|switchover|update|upgrade
    alloydb.databases.* alloydb.instances.* alloydb.locations.* alloydb.operations.* alloydb.supportedDatabaseFlags.*
    alloydb.users.* resourcemanager.projects.get|list` },
  "roles/alloydb.serviceAgent": { title: "AlloyDB Service Agent", permissions: "alloydb.clusters.list" },
  "roles/alloydb.viewer": { title: "AlloyDB Viewer", permissions: `
    alloydb.backups.get|list|listEffectiveTags|listTagBindings
    alloydb.clusters.export|get|list|listEffectiveTags|listTagBindings alloydb.databases.get|list
    alloydb.instances.executeSqlReadOnly|get|list alloydb.locations.* alloydb.operations.get|list
    alloydb.supportedDatabaseFlags.* alloydb.users.get|list resourcemanager.projects.get|list` },
  "roles/artifactregistry.admin": { title: "Artifact Registry Administrator", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.* artifactregistry.kfpartifacts.create artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.*
    artifactregistry.projectconfigs.* artifactregistry.projectsettings.* artifactregistry.pythonpackages.*
    artifactregistry.repositories.create|createTagBinding|delete|deleteArtifacts|deleteTagBinding|downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|setIamPolicy|update|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    resourcemanager.projects.get` },
  "roles/artifactregistry.attachmentReader": { title: "Artifact Registry Attachment Reader", permissions: `
    artifactregistry.attachments.get|list artifactregistry.files.download` },
  "roles/artifactregistry.attachmentWriter": { title: "Artifact Registry Attachment Writer", permissions: `
    artifactregistry.attachments.* artifactregistry.files.download|upload` },
  "roles/artifactregistry.createOnPushRepoAdmin": { title: "Artifact Registry Create-on-Push Repository Administrator", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.* artifactregistry.kfpartifacts.create artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.*
    artifactregistry.projectconfigs.get artifactregistry.projectsettings.get artifactregistry.pythonpackages.*
    artifactregistry.repositories.createOnPush|deleteArtifacts|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    resourcemanager.projects.get` },
  "roles/artifactregistry.createOnPushWriter": { title: "Artifact Registry Create-on-Push Writer", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.download|get|list|update|upload artifactregistry.kfpartifacts.create
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list|update artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.createOnPush|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.get|list artifactregistry.tags.create|get|list|update artifactregistry.versions.get|list
    artifactregistry.yumartifacts.create resourcemanager.projects.get` },
  "roles/artifactregistry.editor": { title: "Artifactregistry Editor", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.* artifactregistry.kfpartifacts.create artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.*
    artifactregistry.projectconfigs.* artifactregistry.projectsettings.* artifactregistry.pythonpackages.*
    artifactregistry.repositories.create|createOnPush|delete|deleteArtifacts|downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|update|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    resourcemanager.projects.get|list` },
  "roles/artifactregistry.reader": { title: "Artifact Registry Reader", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    resourcemanager.projects.get` },
  "roles/artifactregistry.repoAdmin": { title: "Artifact Registry Repository Administrator", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.* artifactregistry.kfpartifacts.create artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.*
    artifactregistry.projectconfigs.get artifactregistry.projectsettings.get artifactregistry.pythonpackages.*
    artifactregistry.repositories.deleteArtifacts|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    resourcemanager.projects.get` },
  "roles/artifactregistry.serviceAgent": { title: "Artifact Registry Service Agent", permissions: `
    artifactregistry.repositories.downloadArtifacts|get|readViaVirtualRepository artifactregistry.versions.delete
    pubsub.topics.publish` },
  "roles/artifactregistry.viewer": { title: "Artifactregistry Viewer", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    resourcemanager.projects.get|list` },
  "roles/artifactregistry.writer": { title: "Artifact Registry Writer", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.download|get|list|update|upload artifactregistry.kfpartifacts.create
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list|update artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.get|list artifactregistry.tags.create|get|list|update artifactregistry.versions.get|list
    artifactregistry.yumartifacts.create resourcemanager.projects.get` },
  "roles/browser": { title: "Browser", permissions: "resourcemanager.projects.get|getIamPolicy|list" },
  "roles/cloudbuild.admin": { title: "Cloud Build Admin", permissions: `
    cloudbuild.* resourcemanager.projects.get|list` },
  "roles/cloudbuild.builds.approver": { title: "Cloud Build Approver", permissions: `
    cloudbuild.builds.approve|get|list cloudbuild.locations.* cloudbuild.operations.*
    resourcemanager.projects.get|list` },
  "roles/cloudbuild.builds.builder": { title: "Cloud Build Service Account", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.download|get|list|update|upload artifactregistry.kfpartifacts.create
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list|update artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.createOnPush|deleteArtifacts|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.get|list artifactregistry.tags.create|get|list|update artifactregistry.versions.get|list
    artifactregistry.yumartifacts.create cloudbuild.builds.create|get|list|update cloudbuild.locations.*
    cloudbuild.operations.* cloudbuild.workerpools.use logging.logEntries.create|list logging.views.access
    pubsub.topics.create|publish resourcemanager.projects.get|list storage.buckets.create|get|list
    storage.objects.create|delete|get|list|update` },
  "roles/cloudbuild.builds.editor": { title: "Cloud Build Editor", permissions: `
    cloudbuild.builds.create|get|list|update cloudbuild.locations.* cloudbuild.operations.*
    resourcemanager.projects.get|list` },
  "roles/cloudbuild.builds.viewer": { title: "Cloud Build Viewer", permissions: `
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.* resourcemanager.projects.get|list` },
  "roles/cloudbuild.editor": { title: "Cloud Build Editor", permissions: `
    cloudbuild.* resourcemanager.projects.get|list` },
  "roles/cloudbuild.serviceAgent": { title: "Cloud Build Service Agent", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.download|get|list|update|upload artifactregistry.kfpartifacts.create
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list|update artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.createOnPush|deleteArtifacts|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.get|list artifactregistry.tags.create|get|list|update artifactregistry.versions.get|list
    artifactregistry.yumartifacts.create cloudbuild.builds.create|get|list|update cloudbuild.locations.*
    cloudbuild.operations.* cloudbuild.workerpools.use compute.firewalls.get|list compute.networks.get
    compute.regionOperations.get compute.subnetworks.get iam.serviceAccounts.get|getAccessToken|getOpenIdToken
    logging.buckets.create|get|list logging.logEntries.create|list logging.views.access
    pubsub.subscriptions.create|delete|get|update pubsub.topics.attachSubscription|create|get|publish
    resourcemanager.projects.get|list serviceusage.services.use storage.buckets.create|get|list
    storage.objects.create|delete|get|list|update` },
  "roles/cloudbuild.viewer": { title: "Cloud Build Viewer", permissions: `
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.* cloudbuild.workerpools.get|list
    resourcemanager.projects.get|list` },
  "roles/cloudfunctions.admin": { title: "Cloud Functions Admin", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.* cloudfunctions.* eventarc.*
    resourcemanager.projects.get|getIamPolicy|list run.* serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/cloudfunctions.developer": { title: "Cloud Functions Developer", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.*
    cloudfunctions.functions.call|create|delete|generationUpgrade|get|invoke|list|sourceCodeGet|sourceCodeSet|update
    cloudfunctions.locations.list cloudfunctions.operations.* eventarc.locations.*
    eventarc.triggers.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    resourcemanager.projects.get|list run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/cloudfunctions.editor": { title: "Cloud Functions Editor", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.*
    cloudfunctions.functions.call|create|delete|generationUpgrade|get|getIamPolicy|invoke|list|sourceCodeGet|sourceCodeSet|update
    cloudfunctions.locations.list cloudfunctions.operations.* eventarc.locations.*
    eventarc.triggers.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    resourcemanager.projects.get|list run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/cloudfunctions.invoker": { title: "Cloud Functions Invoker", permissions: "cloudfunctions.functions.invoke" },
  "roles/cloudfunctions.serviceAgent": { title: "(Deprecated) Cloud Functions Service Agent", permissions: `
    artifactregistry.aptartifacts.create artifactregistry.attachments.* artifactregistry.dockerimages.*
    artifactregistry.files.* artifactregistry.kfpartifacts.create artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.*
    artifactregistry.projectconfigs.* artifactregistry.projectsettings.* artifactregistry.pythonpackages.*
    artifactregistry.repositories.create|createTagBinding|delete|deleteArtifacts|deleteTagBinding|downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|setIamPolicy|update|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    cloudbuild.builds.create|get|list|update cloudbuild.locations.* cloudbuild.operations.* cloudbuild.workerpools.use
    cloudfunctions.functions.get|invoke|list cloudfunctions.operations.* compute.globalOperations.get
    compute.networks.access eventarc.locations.*
    eventarc.triggers.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    iam.serviceAccounts.actAs|getAccessToken|getOpenIdToken|signBlob
    pubsub.subscriptions.consume|create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|update
    pubsub.topics.attachSubscription|create|get|list resourcemanager.projects.get|getIamPolicy|list
    run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update
    serviceusage.consumerpolicy.* serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get
    serviceusage.services.disable|enable|get|use serviceusage.values.test storage.buckets.create|delete|get|update
    storage.objects.create|delete|get|list vpcaccess.connectors.get` },
  "roles/cloudfunctions.viewer": { title: "Cloud Functions Viewer", permissions: `
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.*
    cloudfunctions.functions.get|getIamPolicy|list cloudfunctions.locations.list cloudfunctions.operations.*
    eventarc.locations.* eventarc.triggers.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    resourcemanager.projects.get|list run.configurations.* run.executions.get|list run.instances.get|getIamPolicy|list
    run.jobs.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.locations.list run.operations.get|list
    run.prompts.get run.revisions.get|list run.routes.get|list
    run.services.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.tasks.*
    run.workerpools.get|getIamPolicy|list serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/cloudscheduler.admin": { title: "Cloud Scheduler Admin", permissions: `
    cloudscheduler.* resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.services.get|list serviceusage.values.test` },
  "roles/cloudscheduler.jobRunner": { title: "Cloud Scheduler Job Runner", permissions: `
    cloudscheduler.jobs.fullView|run resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.services.get|list serviceusage.values.test` },
  "roles/cloudscheduler.serviceAgent": { title: "Cloud Scheduler Service Agent", permissions: `
    iam.serviceAccounts.getAccessToken|getOpenIdToken logging.logEntries.create|route pubsub.topics.publish` },
  "roles/cloudscheduler.viewer": { title: "Cloud Scheduler Viewer", permissions: `
    cloudscheduler.jobs.fullView|get|list cloudscheduler.locations.* resourcemanager.projects.get|list
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.admin": { title: "Compute Admin", permissions: `
    compute.* resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/compute.editor": { title: "Compute Editor", permissions: `
    compute.addresses.create|createInternal|delete|deleteInternal|get|list|listEffectiveTags|listTagBindings|setLabels|use|useInternal
    compute.firewalls.create|delete|get|list|listEffectiveTags|listTagBindings|update
    compute.globalAddresses.create|createInternal|delete|deleteInternal|get|list|listEffectiveTags|listTagBindings|setLabels|use
    compute.globalOperations.delete|get|getIamPolicy|list
    compute.instances.addAccessConfig|addNetworkInterface|addResourcePolicies|attachDisk|create|delete|deleteAccessConfig|deleteNetworkInterface|detachDisk|get|getEffectiveFirewalls|getGuestAttributes|getIamPolicy|getScreenshot|getSerialPortOutput|getShieldedInstanceIdentity|getShieldedVmIdentity|getVmExtensionState|list|listEffectiveTags|listReferrers|listTagBindings|listVmExtensionStates|osAdminLogin|osLogin|pscInterfaceCreate|removeResourcePolicies|reset|resume|sendDiagnosticInterrupt|setDeletionProtection|setDiskAutoDelete|setLabels|setMachineResources|setMachineType|setMetadata|setMinCpuPlatform|setName|setScheduling|setSecurityPolicy|setServiceAccount|setShieldedInstanceIntegrityPolicy|setShieldedVmIntegrityPolicy|setTags|simulateMaintenanceEvent|start|startWithEncryptionKey|stop|suspend|update|updateAccessConfig|updateDisplayDevice|updateNetworkInterface|updateSecurity|updateShieldedInstanceConfig|updateShieldedVmConfig|use|useReadOnly
    compute.machineTypes.*
    compute.networks.access|addPeering|create|delete|get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings|mirror|removePeering|setFirewallPolicy|setNetworkPolicy|switchToCustomMode|update|updatePeering|updatePolicy|use|useExternalIp
    compute.projects.* compute.regionOperations.delete|get|getIamPolicy|list compute.regions.*
    compute.routes.create|delete|get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.create|delete|expandIpCidrRange|get|getIamPolicy|list|listEffectiveTags|listTagBindings|mirror|setPrivateIpGoogleAccess|update|use|useExternalIp|usePeerMigration
    compute.zoneOperations.delete|get|getIamPolicy|list compute.zones.* resourcemanager.projects.get|list
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.instanceAdmin": { title: "Compute Instance Admin (beta)", permissions: `
    compute.addresses.createInternal|deleteInternal|get|list|listEffectiveTags|listTagBindings|use|useInternal
    compute.globalAddresses.get|list|listEffectiveTags|listTagBindings|use compute.globalOperations.get|list
    compute.instances.* compute.machineTypes.*
    compute.networks.get|list|listEffectiveTags|listTagBindings|use|useExternalIp compute.projects.get
    compute.regionOperations.get|list compute.regions.*
    compute.subnetworks.get|list|listEffectiveTags|listTagBindings|use|useExternalIp compute.zoneOperations.get|list
    compute.zones.* resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/compute.instanceAdmin.v1": { title: "Compute Instance Admin (v1)", permissions: `
    compute.addresses.createInternal|deleteInternal|get|list|listEffectiveTags|listTagBindings|use|useInternal
    compute.firewalls.get|list|listEffectiveTags|listTagBindings
    compute.globalAddresses.get|list|listEffectiveTags|listTagBindings|use compute.globalOperations.get|list
    compute.instances.* compute.machineTypes.*
    compute.networks.get|list|listEffectiveTags|listTagBindings|use|useExternalIp
    compute.projects.get|setCommonInstanceMetadata compute.regionOperations.get|list compute.regions.*
    compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|list|listEffectiveTags|listTagBindings|use|useExternalIp compute.zoneOperations.get|list
    compute.zones.* resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/compute.networkAdmin": { title: "Compute Network Admin", permissions: `
    compute.addresses.* compute.firewalls.get|list|listEffectiveTags|listTagBindings compute.globalAddresses.*
    compute.globalOperations.get|list
    compute.instances.get|getGuestAttributes|getScreenshot|getSerialPortOutput|list|listEffectiveTags|listReferrers|listTagBindings|updateSecurity|use|useReadOnly
    compute.machineTypes.* compute.networks.* compute.projects.get compute.regionOperations.get|list compute.regions.*
    compute.routes.* compute.subnetworks.* compute.zoneOperations.get|list compute.zones.*
    resourcemanager.projects.get|list servicenetworking.operations.get
    servicenetworking.services.addPeering|createPeeredDnsDomain|deleteConnection|deletePeeredDnsDomain|disableVpcServiceControls|enableVpcServiceControls|get|getVpcServiceControls|listPeeredDnsDomains
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.networkUser": { title: "Compute Network User", permissions: `
    compute.addresses.createInternal|deleteInternal|get|list|listEffectiveTags|listTagBindings|useInternal
    compute.firewalls.get|list|listEffectiveTags|listTagBindings
    compute.networks.access|get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings|use|useExternalIp
    compute.projects.get compute.regions.* compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|list|listEffectiveTags|listTagBindings|use|useExternalIp compute.zones.*
    resourcemanager.projects.get|list servicenetworking.services.get serviceusage.consumerpolicy.analyze|get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/compute.networkViewer": { title: "Compute Network Viewer", permissions: `
    compute.addresses.get|list|listEffectiveTags|listTagBindings
    compute.firewalls.get|list|listEffectiveTags|listTagBindings
    compute.globalAddresses.get|list|listEffectiveTags|listTagBindings
    compute.instances.get|getGuestAttributes|getScreenshot|getSerialPortOutput|list|listEffectiveTags|listReferrers|listTagBindings
    compute.machineTypes.*
    compute.networks.get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings
    compute.projects.get compute.regions.* compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|list|listEffectiveTags|listTagBindings compute.zones.* resourcemanager.projects.get|list
    servicenetworking.services.get serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.osAdminLogin": { title: "Compute OS Admin Login", permissions: `
    compute.instances.get|list|listEffectiveTags|listTagBindings|osAdminLogin|osLogin compute.projects.get
    resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.osLogin": { title: "Compute OS Login", permissions: `
    compute.instances.get|list|listEffectiveTags|listTagBindings|osLogin compute.projects.get
    resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.publicIpAdmin": { title: "Compute Public IP Admin", permissions: `
    compute.addresses.* compute.globalAddresses.* resourcemanager.projects.get|list` },
  "roles/compute.securityAdmin": { title: "Compute Security Admin", permissions: `
    compute.firewalls.* compute.globalOperations.get|list
    compute.instances.getEffectiveFirewalls|list|setShieldedInstanceIntegrityPolicy|setShieldedVmIntegrityPolicy|updateSecurity|updateShieldedInstanceConfig|updateShieldedVmConfig
    compute.networks.get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listTagBindings|updatePolicy
    compute.projects.get compute.regionOperations.get|list compute.regions.*
    compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|list|listEffectiveTags|listTagBindings compute.zoneOperations.get|list compute.zones.*
    resourcemanager.projects.get|list serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/compute.serviceAgent": { title: "Compute Engine Service Agent", permissions: `
    compute.addresses.use|useInternal compute.globalOperations.get
    compute.instances.attachDisk|create|createTagBinding|delete|detachDisk|get|setDeletionProtection|setLabels|setMetadata|setServiceAccount|setTags|start|stop|update|updateDisplayDevice|use
    compute.networks.use|useExternalIp compute.regionOperations.get compute.subnetworks.use|useExternalIp
    compute.zoneOperations.get iam.serviceAccounts.actAs|getAccessToken|getOpenIdToken|implicitDelegation|signJwt
    logging.logEntries.create monitoring.metricDescriptors.get|list monitoring.monitoredResourceDescriptors.*
    monitoring.timeSeries.list resourcemanager.projects.get|list storage.objects.create|get|list|update` },
  "roles/compute.viewer": { title: "Compute Viewer", permissions: `
    compute.addresses.get|list|listEffectiveTags|listTagBindings
    compute.firewalls.get|list|listEffectiveTags|listTagBindings
    compute.globalAddresses.get|list|listEffectiveTags|listTagBindings compute.globalOperations.get|getIamPolicy|list
    compute.instances.get|getEffectiveFirewalls|getGuestAttributes|getIamPolicy|getScreenshot|getSerialPortOutput|getShieldedInstanceIdentity|getShieldedVmIdentity|getVmExtensionState|list|listEffectiveTags|listReferrers|listTagBindings|listVmExtensionStates
    compute.machineTypes.*
    compute.networks.get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings
    compute.projects.get compute.regionOperations.get|getIamPolicy|list compute.regions.*
    compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    compute.zoneOperations.get|getIamPolicy|list compute.zones.* resourcemanager.projects.get|list
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/editor": { title: "Editor", permissions: `
    alloydb.backups.create|delete|get|list|listEffectiveTags|listTagBindings|update
    alloydb.clusters.create|delete|export|generateClientCertificate|get|import|list|listEffectiveTags|listTagBindings|promote|switchover|update|upgrade
    alloydb.databases.* alloydb.instances.* alloydb.locations.* alloydb.operations.* alloydb.supportedDatabaseFlags.*
    alloydb.users.* artifactregistry.aptartifacts.create artifactregistry.attachments.*
    artifactregistry.dockerimages.* artifactregistry.files.* artifactregistry.kfpartifacts.create
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.* artifactregistry.projectconfigs.* artifactregistry.projectsettings.*
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.create|createOnPush|delete|deleteArtifacts|downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|update|uploadArtifacts
    artifactregistry.rules.* artifactregistry.tags.* artifactregistry.versions.* artifactregistry.yumartifacts.create
    cloudbuild.*
    cloudfunctions.functions.call|create|delete|generationUpgrade|get|getIamPolicy|invoke|list|sourceCodeGet|sourceCodeSet|update
    cloudfunctions.locations.list cloudfunctions.operations.* cloudscheduler.*
    compute.addresses.create|createInternal|delete|deleteInternal|get|list|listEffectiveTags|listTagBindings|setLabels|use|useInternal
    compute.firewalls.create|delete|get|list|listEffectiveTags|listTagBindings|update
    compute.globalAddresses.create|createInternal|delete|deleteInternal|get|list|listEffectiveTags|listTagBindings|setLabels|use
    compute.globalOperations.delete|get|getIamPolicy|list
    compute.instances.addAccessConfig|addNetworkInterface|addResourcePolicies|attachDisk|create|delete|deleteAccessConfig|deleteNetworkInterface|detachDisk|get|getEffectiveFirewalls|getGuestAttributes|getIamPolicy|getScreenshot|getSerialPortOutput|getShieldedInstanceIdentity|getShieldedVmIdentity|getVmExtensionState|list|listEffectiveTags|listReferrers|listTagBindings|listVmExtensionStates|osAdminLogin|osLogin|pscInterfaceCreate|removeResourcePolicies|reset|resume|sendDiagnosticInterrupt|setDeletionProtection|setDiskAutoDelete|setLabels|setMachineResources|setMachineType|setMetadata|setMinCpuPlatform|setName|setScheduling|setSecurityPolicy|setServiceAccount|setShieldedInstanceIntegrityPolicy|setShieldedVmIntegrityPolicy|setTags|simulateMaintenanceEvent|start|startWithEncryptionKey|stop|suspend|update|updateAccessConfig|updateDisplayDevice|updateNetworkInterface|updateSecurity|updateShieldedInstanceConfig|updateShieldedVmConfig|use|useReadOnly
    compute.machineTypes.*
    compute.networks.access|addPeering|create|delete|get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings|mirror|removePeering|setFirewallPolicy|setNetworkPolicy|switchToCustomMode|update|updatePeering|updatePolicy|use|useExternalIp
    compute.projects.* compute.regionOperations.delete|get|getIamPolicy|list compute.regions.*
    compute.routes.create|delete|get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.create|delete|expandIpCidrRange|get|getIamPolicy|list|listEffectiveTags|listTagBindings|mirror|setPrivateIpGoogleAccess|update|use|useExternalIp|usePeerMigration
    compute.zoneOperations.delete|get|getIamPolicy|list compute.zones.* eventarc.events.receiveEvent
    eventarc.locations.*
    eventarc.triggers.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    iam.roles.get|list|listEffectiveTags|listTagBindings iam.serviceAccountKeys.*
    iam.serviceAccounts.actAs|create|delete|disable|enable|get|getIamPolicy|list|listEffectiveTags|listTagBindings|update
    logging.buckets.copyLogEntries|get|list|listEffectiveTags|listTagBindings logging.locations.* logging.logEntries.*
    logging.logServices.list logging.logs.* logging.operations.* logging.sinks.get|list
    logging.views.create|delete|get|getIamPolicy|list|listLogs|listResourceKeys|listResourceValues|update monitoring.*
    pubsub.messageTransforms.validate
    pubsub.schemas.attach|commit|create|delete|get|getIamPolicy|list|listRevisions|rollback|validate
    pubsub.snapshots.create|delete|get|list|listEffectiveTags|listTagBindings|seek|update
    pubsub.subscriptions.consume|create|delete|get|list|listEffectiveTags|listTagBindings|update
    pubsub.topics.attachSubscription|create|delete|detachSubscription|get|list|listEffectiveTags|listTagBindings|publish|update|updateTag
    resourcemanager.projects.get|getIamPolicy|list|move|searchPolicyBindings|update run.configurations.*
    run.executions.* run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update secretmanager.locations.*
    secretmanager.secrets.create|delete|enableManagedRotation|get|getIamPolicy|list|listEffectiveTags|listTagBindings|rotate|update
    secretmanager.versions.add|destroy|disable|enable|get|list servicenetworking.operations.*
    servicenetworking.services.addDnsRecordSet|addDnsZone|addSubnetwork|createPeeredDnsDomain|deleteConnection|deletePeeredDnsDomain|disableVpcServiceControls|enableVpcServiceControls|get|getConsumerConfig|getVpcServiceControls|listPeeredDnsDomains|removeDnsRecordSet|removeDnsZone|updateConsumerConfig|updateDnsRecordSet|use
    serviceusage.* storage.buckets.create|delete|list|listEffectiveTags|listTagBindings|viewIntelligenceDetails
    storage.featureConfigs.* storage.folders.* storage.hmacKeys.* storage.intelligenceConfigs.get vpcaccess.*
    workflows.callbacks.* workflows.executions.* workflows.locations.* workflows.operations.* workflows.stepEntries.*
    workflows.workflows.create|delete|get|list|listEffectiveTags|listRevision|listTagBindings|update` },
  "roles/eventarc.admin": { title: "Eventarc Admin", permissions: "eventarc.* resourcemanager.projects.get|list" },
  "roles/eventarc.developer": { title: "Eventarc Developer", permissions: `
    eventarc.locations.*
    eventarc.triggers.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    resourcemanager.projects.get|list` },
  "roles/eventarc.editor": { title: "Eventarc Editor", permissions: `
    eventarc.events.receiveEvent eventarc.locations.*
    eventarc.triggers.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    resourcemanager.projects.get|list` },
  "roles/eventarc.eventReceiver": { title: "Eventarc Event Receiver", permissions: "eventarc.events.*" },
  "roles/eventarc.serviceAgent": { title: "Eventarc Service Agent", permissions: `
    cloudfunctions.functions.get compute.regionOperations.get iam.serviceAccounts.actAs|getAccessToken|getOpenIdToken
    monitoring.timeSeries.create pubsub.subscriptions.consume|create|delete|get|list|update
    pubsub.topics.attachSubscription|create|delete|get|list|publish|update run.jobs.get run.services.get
    serviceusage.services.use storage.buckets.get|update workflows.workflows.get` },
  "roles/eventarc.viewer": { title: "Eventarc Viewer", permissions: `
    eventarc.locations.* eventarc.triggers.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    resourcemanager.projects.get|list` },
  "roles/iam.roleAdmin": { title: "Role Administrator", permissions: `
    iam.roles.* resourcemanager.projects.get|getIamPolicy` },
  "roles/iam.roleViewer": { title: "Role Viewer", permissions: `
    iam.roles.get|list|listEffectiveTags|listTagBindings resourcemanager.projects.get|getIamPolicy` },
  "roles/iam.securityAdmin": { title: "Security Admin", permissions: `
    alloydb.backups.list alloydb.clusters.list alloydb.databases.list alloydb.instances.list alloydb.locations.list
    alloydb.operations.list alloydb.supportedDatabaseFlags.list alloydb.users.list artifactregistry.attachments.list
    artifactregistry.dockerimages.list artifactregistry.files.list artifactregistry.locations.list
    artifactregistry.mavenartifacts.list artifactregistry.npmpackages.list artifactregistry.packages.list
    artifactregistry.pythonpackages.list artifactregistry.repositories.getIamPolicy|list|setIamPolicy
    artifactregistry.rules.list artifactregistry.tags.list artifactregistry.versions.list cloudbuild.builds.list
    cloudbuild.locations.list cloudbuild.operations.list cloudbuild.workerpools.list
    cloudfunctions.functions.getIamPolicy|list|setIamPolicy cloudfunctions.locations.list
    cloudfunctions.operations.list cloudscheduler.jobs.list cloudscheduler.locations.list compute.addresses.list
    compute.firewalls.list compute.globalAddresses.list compute.globalOperations.getIamPolicy|list|setIamPolicy
    compute.instances.getIamPolicy|list|setIamPolicy compute.machineTypes.list compute.networks.list
    compute.regionOperations.getIamPolicy|list|setIamPolicy compute.regions.list compute.routes.list
    compute.subnetworks.getIamPolicy|list|setIamPolicy compute.zoneOperations.getIamPolicy|list|setIamPolicy
    compute.zones.list eventarc.locations.list eventarc.triggers.getIamPolicy|list|setIamPolicy iam.roles.get|list
    iam.serviceAccountKeys.list iam.serviceAccounts.get|getIamPolicy|list|setIamPolicy logging.buckets.list
    logging.locations.list logging.logEntries.list logging.logServices.list logging.logs.list logging.operations.list
    logging.privateLogEntries.list logging.sinks.list logging.views.getIamPolicy|list|setIamPolicy
    monitoring.metricDescriptors.list monitoring.monitoredResourceDescriptors.list monitoring.timeSeries.list
    pubsub.schemas.getIamPolicy|list|setIamPolicy pubsub.snapshots.getIamPolicy|list|setIamPolicy
    pubsub.subscriptions.getIamPolicy|list|setIamPolicy pubsub.topics.getIamPolicy|list|setIamPolicy
    resourcemanager.projects.getIamPolicy|list|setIamPolicy run.configurations.list run.executions.list
    run.instances.getIamPolicy|list|setIamPolicy run.jobs.getIamPolicy|list|setIamPolicy run.locations.list
    run.operations.list run.revisions.list run.routes.list run.services.getIamPolicy|list|setIamPolicy run.tasks.list
    run.workerpools.getIamPolicy|list|setIamPolicy secretmanager.locations.list
    secretmanager.secrets.getIamPolicy|list|setIamPolicy secretmanager.versions.list servicenetworking.operations.list
    serviceusage.groups.list serviceusage.services.list storage.anywhereCaches.list storage.bucketOperations.list
    storage.buckets.getIamPolicy|list|setIamPolicy storage.featureConfigs.list storage.folders.list
    storage.hmacKeys.list storage.managedFolders.getIamPolicy|list|setIamPolicy storage.multipartUploads.list
    storage.objects.getIamPolicy|list|setIamPolicy vpcaccess.connectors.list vpcaccess.locations.list
    vpcaccess.operations.list workflows.callbacks.list workflows.executions.list workflows.locations.list
    workflows.operations.list workflows.stepEntries.list workflows.workflows.list` },
  "roles/iam.securityReviewer": { title: "Security Reviewer", permissions: `
    alloydb.backups.list alloydb.clusters.list alloydb.databases.list alloydb.instances.list alloydb.locations.list
    alloydb.operations.list alloydb.supportedDatabaseFlags.list alloydb.users.list artifactregistry.attachments.list
    artifactregistry.dockerimages.list artifactregistry.files.list artifactregistry.locations.list
    artifactregistry.mavenartifacts.list artifactregistry.npmpackages.list artifactregistry.packages.list
    artifactregistry.pythonpackages.list artifactregistry.repositories.getIamPolicy|list artifactregistry.rules.list
    artifactregistry.tags.list artifactregistry.versions.list cloudbuild.builds.list cloudbuild.locations.list
    cloudbuild.operations.list cloudbuild.workerpools.list cloudfunctions.functions.getIamPolicy|list
    cloudfunctions.locations.list cloudfunctions.operations.list cloudscheduler.jobs.list
    cloudscheduler.locations.list compute.addresses.list compute.firewalls.list compute.globalAddresses.list
    compute.globalOperations.getIamPolicy|list compute.instances.getIamPolicy|list compute.machineTypes.list
    compute.networks.list compute.regionOperations.getIamPolicy|list compute.regions.list compute.routes.list
    compute.subnetworks.getIamPolicy|list compute.zoneOperations.getIamPolicy|list compute.zones.list
    eventarc.locations.list eventarc.triggers.getIamPolicy|list iam.roles.get|list iam.serviceAccountKeys.list
    iam.serviceAccounts.get|getIamPolicy|list logging.buckets.list logging.locations.list logging.logEntries.list
    logging.logServices.list logging.logs.list logging.operations.list logging.privateLogEntries.list
    logging.sinks.list logging.views.getIamPolicy|list monitoring.metricDescriptors.list
    monitoring.monitoredResourceDescriptors.list monitoring.timeSeries.list pubsub.schemas.getIamPolicy|list
    pubsub.snapshots.getIamPolicy|list pubsub.subscriptions.getIamPolicy|list pubsub.topics.getIamPolicy|list
    resourcemanager.projects.getIamPolicy|list run.configurations.list run.executions.list
    run.instances.getIamPolicy|list run.jobs.getIamPolicy|list run.locations.list run.operations.list
    run.revisions.list run.routes.list run.services.getIamPolicy|list run.tasks.list run.workerpools.getIamPolicy|list
    secretmanager.locations.list secretmanager.secrets.getIamPolicy|list secretmanager.versions.list
    servicenetworking.operations.list serviceusage.groups.list serviceusage.services.list storage.anywhereCaches.list
    storage.bucketOperations.list storage.buckets.getIamPolicy|list storage.featureConfigs.list storage.folders.list
    storage.hmacKeys.list storage.managedFolders.getIamPolicy|list storage.multipartUploads.list
    storage.objects.getIamPolicy|list vpcaccess.connectors.list vpcaccess.locations.list vpcaccess.operations.list
    workflows.callbacks.list workflows.executions.list workflows.locations.list workflows.operations.list
    workflows.stepEntries.list workflows.workflows.list` },
  "roles/iam.serviceAccountAdmin": { title: "Service Account Admin", permissions: `
    iam.serviceAccounts.create|createTagBinding|delete|deleteTagBinding|disable|enable|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|undelete|update
    resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountCreator": { title: "Create Service Accounts", permissions: `
    iam.serviceAccounts.create|get|list resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountDeleter": { title: "Delete Service Accounts", permissions: `
    iam.serviceAccounts.delete|get|list resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountKeyAdmin": { title: "Service Account Key Admin", permissions: `
    iam.serviceAccountKeys.* iam.serviceAccounts.get|list resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountOpenIdTokenCreator": { title: "Service Account OpenID Connect Identity Token Creator", permissions: `
    iam.serviceAccounts.getOpenIdToken` },
  "roles/iam.serviceAccountTokenCreator": { title: "Service Account Token Creator", permissions: `
    iam.serviceAccounts.get|getAccessToken|getOpenIdToken|implicitDelegation|list|signBlob|signJwt
    resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountUser": { title: "Service Account User", permissions: `
    iam.serviceAccounts.actAs|get|list resourcemanager.projects.get|list` },
  "roles/iam.serviceAccountViewer": { title: "View Service Accounts", permissions: `
    iam.serviceAccountKeys.get|list iam.serviceAccounts.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    resourcemanager.projects.get|list` },
  "roles/logging.admin": { title: "Logging Admin", permissions: `
    logging.buckets.copyLogEntries|create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|undelete|update
    logging.locations.* logging.logEntries.* logging.logServices.list logging.logs.* logging.operations.*
    logging.privateLogEntries.list logging.sinks.* logging.views.* resourcemanager.projects.get|list` },
  "roles/logging.bucketWriter": { title: "Logs Bucket Writer", permissions: "logging.buckets.write" },
  "roles/logging.configWriter": { title: "Logs Configuration Writer", permissions: `
    logging.buckets.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|undelete|update
    logging.locations.* logging.logServices.list logging.logs.list logging.operations.* logging.sinks.*
    logging.views.create|delete|get|getIamPolicy|list|update resourcemanager.projects.get|list` },
  "roles/logging.logWriter": { title: "Logs Writer", permissions: "logging.logEntries.create|route" },
  "roles/logging.privateLogViewer": { title: "Private Logs Viewer", permissions: `
    logging.buckets.get|list logging.locations.* logging.logEntries.list logging.logServices.list logging.logs.list
    logging.operations.get|list logging.privateLogEntries.list logging.sinks.get|list logging.views.access|get|list
    resourcemanager.projects.get` },
  "roles/logging.viewAccessor": { title: "Logs View Accessor", permissions: `
    logging.logEntries.download logging.views.access|listLogs|listResourceKeys|listResourceValues` },
  "roles/logging.viewer": { title: "Logs Viewer", permissions: `
    logging.buckets.get|list logging.locations.* logging.logEntries.list logging.logServices.list logging.logs.list
    logging.operations.get|list logging.sinks.get|list logging.views.get|list resourcemanager.projects.get` },
  "roles/monitoring.admin": { title: "Monitoring Admin", permissions: `
    monitoring.* resourcemanager.projects.get|list serviceusage.consumerpolicy.* serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.services.enable|get serviceusage.values.test` },
  "roles/monitoring.editor": { title: "Monitoring Editor", permissions: `
    monitoring.* resourcemanager.projects.get|list serviceusage.consumerpolicy.* serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.services.enable|get serviceusage.values.test` },
  "roles/monitoring.metricWriter": { title: "Monitoring Metric Writer", permissions: `
    monitoring.metricDescriptors.create|get|list monitoring.monitoredResourceDescriptors.*
    monitoring.timeSeries.create` },
  "roles/monitoring.viewer": { title: "Monitoring Viewer", permissions: `
    monitoring.metricDescriptors.get|list monitoring.monitoredResourceDescriptors.* monitoring.timeSeries.list
    resourcemanager.projects.get|list` },
  "roles/owner": { title: "Owner", permissions: `
    alloydb.* artifactregistry.* cloudbuild.* cloudfunctions.* cloudscheduler.* compute.* eventarc.* iam.roles.*
    iam.serviceAccountKeys.*
    iam.serviceAccounts.actAs|create|createTagBinding|delete|deleteTagBinding|disable|enable|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|undelete|update
    logging.buckets.copyLogEntries|create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|undelete|update
    logging.locations.* logging.logEntries.* logging.logServices.list logging.logs.* logging.operations.*
    logging.privateLogEntries.list logging.sinks.* logging.views.* monitoring.* pubsub.*
    resourcemanager.projects.createBillingAssignment|createPolicyBinding|delete|deleteBillingAssignment|deletePolicyBinding|get|getIamPolicy|list|move|searchPolicyBindings|setIamPolicy|undelete|update|updateLiens|updatePolicyBinding
    run.* secretmanager.* servicenetworking.* serviceusage.*
    storage.buckets.create|createTagBinding|delete|deleteTagBinding|enableObjectRetention|getObjectInsights|list|listEffectiveTags|listTagBindings|restore|viewIntelligenceDetails
    storage.featureConfigs.* storage.folders.* storage.hmacKeys.* storage.intelligenceConfigs.* vpcaccess.*
    workflows.*` },
  "roles/pubsub.admin": { title: "Pub/Sub Admin", permissions: `
    pubsub.* resourcemanager.projects.get serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/pubsub.editor": { title: "Pub/Sub Editor", permissions: `
    pubsub.messageTransforms.validate
    pubsub.schemas.attach|commit|create|delete|get|list|listRevisions|rollback|validate
    pubsub.snapshots.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|seek|update
    pubsub.subscriptions.consume|create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|update
    pubsub.topics.attachSubscription|create|createTagBinding|delete|deleteTagBinding|detachSubscription|get|list|listEffectiveTags|listTagBindings|publish|update|updateTag
    resourcemanager.projects.get serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/pubsub.publisher": { title: "Pub/Sub Publisher", permissions: "pubsub.topics.publish" },
  "roles/pubsub.serviceAgent": { title: "Cloud Pub/Sub Service Agent", permissions: `
    iam.serviceAccounts.get|getAccessToken|getOpenIdToken|implicitDelegation|list|signBlob|signJwt
    resourcemanager.projects.get|list serviceusage.services.use` },
  "roles/pubsub.subscriber": { title: "Pub/Sub Subscriber", permissions: `
    pubsub.snapshots.seek pubsub.subscriptions.consume pubsub.topics.attachSubscription` },
  "roles/pubsub.viewer": { title: "Pub/Sub Viewer", permissions: `
    pubsub.messageTransforms.validate pubsub.schemas.get|list|listRevisions|validate
    pubsub.snapshots.get|list|listEffectiveTags|listTagBindings
    pubsub.subscriptions.get|list|listEffectiveTags|listTagBindings
    pubsub.topics.get|list|listEffectiveTags|listTagBindings resourcemanager.projects.get
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test` },
  "roles/resourcemanager.projectCreator": { title: "Project Creator", permissions: "resourcemanager.projects.create" },
  "roles/resourcemanager.projectDeleter": { title: "Project Deleter", permissions: "resourcemanager.projects.delete" },
  "roles/resourcemanager.projectIamAdmin": { title: "Project IAM Admin", permissions: `
    resourcemanager.projects.createPolicyBinding|deletePolicyBinding|get|getIamPolicy|searchPolicyBindings|setIamPolicy|updatePolicyBinding` },
  "roles/resourcemanager.projectMover": { title: "Project Mover", permissions: `
    resourcemanager.projects.get|move|update` },
  "roles/run.admin": { title: "Cloud Run Admin", permissions: "resourcemanager.projects.get|list run.*" },
  "roles/run.builder": { title: "Cloud Run Builder", permissions: `
    artifactregistry.repositories.deleteArtifacts|downloadArtifacts|uploadArtifacts logging.logEntries.create
    storage.objects.get` },
  "roles/run.developer": { title: "Cloud Run Developer", permissions: `
    resourcemanager.projects.get|list run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update` },
  "roles/run.editor": { title: "Cloud Run Editor", permissions: `
    resourcemanager.projects.get|list run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update` },
  "roles/run.invoker": { title: "Cloud Run Invoker", permissions: `
    run.instances.invoke run.jobs.run run.routes.invoke` },
  "roles/run.jobsExecutor": { title: "Cloud Run Jobs Executor", permissions: "run.executions.cancel run.jobs.run" },
  "roles/run.jobsExecutorWithOverrides": { title: "Cloud Run Jobs Executor With Overrides", permissions: `
    run.executions.cancel run.jobs.run|runWithOverrides` },
  "roles/run.serviceAgent": { title: "Cloud Run Service Agent", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|uploadArtifacts
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.create|get compute.addresses.create|createInternal|delete|deleteInternal|get|list
    compute.globalOperations.get compute.networks.access|get compute.regionOperations.get compute.subnetworks.get|use
    compute.zoneOperations.get iam.serviceAccounts.actAs|getAccessToken|getOpenIdToken|signBlob
    resourcemanager.projects.get|getIamPolicy|list run.routes.invoke serviceusage.services.get|use
    storage.buckets.create|get|update storage.folders.get|list storage.managedFolders.get|list
    storage.objects.create|delete|get|list|update vpcaccess.connectors.get` },
  "roles/run.servicesInvoker": { title: "Cloud Run Service Invoker", permissions: "run.routes.invoke" },
  "roles/run.sourceDeveloper": { title: "Cloud Run Source Developer", permissions: `
    artifactregistry.attachments.get|list artifactregistry.dockerimages.* artifactregistry.files.download|get|list
    artifactregistry.locations.* artifactregistry.mavenartifacts.* artifactregistry.npmpackages.*
    artifactregistry.packages.get|list artifactregistry.projectconfigs.get artifactregistry.projectsettings.get
    artifactregistry.pythonpackages.*
    artifactregistry.repositories.create|downloadArtifacts|exportArtifacts|get|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.create|get|list|update cloudbuild.locations.* cloudbuild.operations.* eventarc.locations.*
    eventarc.triggers.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|undelete|update
    pubsub.messageTransforms.validate
    pubsub.schemas.attach|commit|create|delete|get|list|listRevisions|rollback|validate
    pubsub.snapshots.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|seek|update
    pubsub.subscriptions.consume|create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|update
    pubsub.topics.attachSubscription|create|createTagBinding|delete|deleteTagBinding|detachSubscription|get|list|listEffectiveTags|listTagBindings|publish|update|updateTag
    resourcemanager.projects.get|list run.configurations.* run.executions.*
    run.instances.create|delete|get|getIamPolicy|invoke|list|sshRead|sshRoot|start|stop|update
    run.jobs.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|sshRead|sshRoot|update
    run.locations.* run.operations.* run.prompts.get run.revisions.* run.routes.*
    run.services.create|delete|get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead|sshRoot|update
    run.tasks.* run.workerpools.create|delete|get|getIamPolicy|list|sshRead|sshRoot|update
    serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.quotas.get serviceusage.services.get|list|use serviceusage.values.test
    storage.buckets.create|get|list storage.folders.create|get|list storage.managedFolders.create|get|list
    storage.multipartUploads.abort|create|listParts storage.objects.create|createContext|get|list` },
  "roles/run.sourceViewer": { title: "Cloud Run Source Viewer", permissions: `
    artifactregistry.repositories.get|list cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.*
    eventarc.locations.* eventarc.triggers.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    pubsub.messageTransforms.validate pubsub.schemas.get|list|listRevisions|validate
    pubsub.snapshots.get|list|listEffectiveTags|listTagBindings
    pubsub.subscriptions.get|list|listEffectiveTags|listTagBindings
    pubsub.topics.get|list|listEffectiveTags|listTagBindings resourcemanager.projects.get|list run.configurations.*
    run.executions.get|list run.instances.get|getIamPolicy|list
    run.jobs.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.locations.list run.operations.get|list
    run.prompts.get run.revisions.get|list run.routes.get|list
    run.services.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.tasks.*
    run.workerpools.get|getIamPolicy|list serviceusage.consumerpolicy.analyze|get serviceusage.effectivepolicy.get
    serviceusage.groups.* serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test
    storage.folders.get|list storage.managedFolders.get|list storage.objects.get|list` },
  "roles/run.viewer": { title: "Cloud Run Viewer", permissions: `
    resourcemanager.projects.get|list run.configurations.* run.executions.get|list run.instances.get|getIamPolicy|list
    run.jobs.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.locations.list run.operations.get|list
    run.prompts.get run.revisions.get|list run.routes.get|list
    run.services.get|getIamPolicy|list|listEffectiveTags|listTagBindings run.tasks.*
    run.workerpools.get|getIamPolicy|list` },
  "roles/secretmanager.admin": { title: "Secret Manager Admin", permissions: `
    resourcemanager.projects.get|list secretmanager.*` },
  "roles/secretmanager.editor": { title: "Secretmanager Editor", permissions: `
    resourcemanager.projects.get|list secretmanager.locations.*
    secretmanager.secrets.create|delete|enableManagedRotation|get|getIamPolicy|list|listEffectiveTags|listTagBindings|rotate|update
    secretmanager.versions.add|destroy|disable|enable|get|list` },
  "roles/secretmanager.secretAccessor": { title: "Secret Manager Secret Accessor", permissions: `
    resourcemanager.projects.get|list secretmanager.versions.access` },
  "roles/secretmanager.secretVersionAdder": { title: "Secret Manager Secret Version Adder", permissions: `
    resourcemanager.projects.get|list secretmanager.secrets.rotate secretmanager.versions.add` },
  "roles/secretmanager.secretVersionManager": { title: "Secret Manager Secret Version Manager", permissions: `
    resourcemanager.projects.get|list secretmanager.secrets.rotate
    secretmanager.versions.add|destroy|disable|enable|get|list` },
  "roles/secretmanager.viewer": { title: "Secret Manager Viewer", permissions: `
    resourcemanager.projects.get|list secretmanager.locations.*
    secretmanager.secrets.get|getIamPolicy|list|listEffectiveTags|listTagBindings secretmanager.versions.get|list` },
  "roles/servicenetworking.admin": { title: "Servicenetworking Admin", permissions: `
    resourcemanager.projects.get|list servicenetworking.*` },
  "roles/servicenetworking.editor": { title: "Servicenetworking Editor", permissions: `
    resourcemanager.projects.get|list servicenetworking.operations.*
    servicenetworking.services.addDnsRecordSet|addDnsZone|addSubnetwork|createPeeredDnsDomain|deleteConnection|deletePeeredDnsDomain|disableVpcServiceControls|enableVpcServiceControls|get|getConsumerConfig|getVpcServiceControls|listPeeredDnsDomains|removeDnsRecordSet|removeDnsZone|updateConsumerConfig|updateDnsRecordSet|use` },
  "roles/servicenetworking.networksAdmin": { title: "Service Networking Admin", permissions: "servicenetworking.*" },
  "roles/servicenetworking.serviceAgent": { title: "Service Networking Service Agent", permissions: `
    compute.globalAddresses.get|list compute.globalOperations.get
    compute.networks.addPeering|create|delete|get|list|listPeeringRoutes|removePeering|update|updatePeering|updatePolicy
    compute.projects.get compute.regionOperations.get compute.routes.list compute.subnetworks.create|delete|get|list
    resourcemanager.projects.get|list` },
  "roles/servicenetworking.viewer": { title: "Servicenetworking Viewer", permissions: `
    resourcemanager.projects.get|list servicenetworking.operations.get|list
    servicenetworking.services.get|getConsumerConfig|getVpcServiceControls|listPeeredDnsDomains|use` },
  "roles/serviceusage.apiKeysAdmin": { title: "API Keys Admin", permissions: `
    serviceusage.apiKeys.* serviceusage.operations.get` },
  "roles/serviceusage.serviceUsageAdmin": { title: "Service Usage Admin", permissions: `
    monitoring.timeSeries.list serviceusage.consumerpolicy.* serviceusage.contentsecuritypolicy.*
    serviceusage.effectivemcppolicy.get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.mcppolicy.* serviceusage.operations.get serviceusage.quotas.* serviceusage.services.*
    serviceusage.values.test` },
  "roles/serviceusage.serviceUsageConsumer": { title: "Service Usage Consumer", permissions: `
    monitoring.timeSeries.list serviceusage.consumerpolicy.analyze|get serviceusage.contentsecuritypolicy.get
    serviceusage.effectivemcppolicy.get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.mcppolicy.get serviceusage.operations.get serviceusage.quotas.get serviceusage.services.get|list|use
    serviceusage.values.test` },
  "roles/serviceusage.serviceUsageViewer": { title: "Service Usage Viewer", permissions: `
    monitoring.timeSeries.list serviceusage.consumerpolicy.analyze|get serviceusage.contentsecuritypolicy.get
    serviceusage.effectivemcppolicy.get serviceusage.effectivepolicy.get serviceusage.groups.*
    serviceusage.mcppolicy.get serviceusage.operations.get serviceusage.quotas.get serviceusage.services.get|list
    serviceusage.values.test` },
  "roles/storage.admin": { title: "Storage Admin", permissions: `
    monitoring.metricDescriptors.list monitoring.monitoredResourceDescriptors.list monitoring.timeSeries.*
    resourcemanager.projects.get|list storage.anywhereCaches.* storage.bucketOperations.* storage.buckets.*
    storage.featureConfigs.* storage.folders.* storage.intelligenceConfigs.* storage.managedFolders.*
    storage.multipartUploads.* storage.objects.*` },
  "roles/storage.bucketViewer": { title: "Storage Bucket Viewer", permissions: "storage.buckets.get|list" },
  "roles/storage.editor": { title: "Storage Editor", permissions: `
    resourcemanager.projects.get|list
    storage.buckets.create|delete|list|listEffectiveTags|listTagBindings|viewIntelligenceDetails
    storage.featureConfigs.* storage.folders.* storage.hmacKeys.* storage.intelligenceConfigs.get` },
  "roles/storage.folderAdmin": { title: "Storage Folder Admin", permissions: `
    resourcemanager.projects.get|list storage.folders.* storage.managedFolders.* storage.multipartUploads.*
    storage.objects.*` },
  "roles/storage.legacyBucketOwner": { title: "Storage Legacy Bucket Owner", permissions: `
    storage.anywhereCaches.* storage.bucketOperations.*
    storage.buckets.createTagBinding|deleteTagBinding|enableObjectRetention|get|getIamPolicy|getIpFilter|listEffectiveTags|listTagBindings|relocate|restore|setIamPolicy|setIpFilter|update
    storage.folders.* storage.managedFolders.* storage.multipartUploads.*
    storage.objects.create|createContext|delete|deleteContext|list|restore|setRetention|updateContext` },
  "roles/storage.legacyBucketReader": { title: "Storage Legacy Bucket Reader", permissions: `
    storage.buckets.get storage.folders.get|list storage.managedFolders.get|list storage.multipartUploads.list
    storage.objects.list` },
  "roles/storage.legacyBucketWriter": { title: "Storage Legacy Bucket Writer", permissions: `
    storage.buckets.get storage.folders.* storage.managedFolders.create|delete|get|list storage.multipartUploads.*
    storage.objects.create|createContext|delete|list|restore|setRetention` },
  "roles/storage.legacyObjectOwner": { title: "Storage Legacy Object Owner", permissions: `
    storage.objects.createContext|deleteContext|get|getIamPolicy|overrideUnlockedRetention|setIamPolicy|setRetention|update|updateContext` },
  "roles/storage.legacyObjectReader": { title: "Storage Legacy Object Reader", permissions: "storage.objects.get" },
  "roles/storage.objectAdmin": { title: "Storage Object Admin", permissions: `
    monitoring.timeSeries.create resourcemanager.projects.get|list storage.folders.*
    storage.managedFolders.create|delete|get|list storage.multipartUploads.* storage.objects.*` },
  "roles/storage.objectCreator": { title: "Storage Object Creator", permissions: `
    resourcemanager.projects.get|list storage.folders.create storage.managedFolders.create
    storage.multipartUploads.abort|create|listParts storage.objects.create|createContext` },
  "roles/storage.objectUser": { title: "Storage Object User", permissions: `
    monitoring.timeSeries.create resourcemanager.projects.get|list storage.folders.*
    storage.managedFolders.create|delete|get|list storage.multipartUploads.*
    storage.objects.create|createContext|delete|deleteContext|get|list|move|restore|update|updateContext` },
  "roles/storage.objectViewer": { title: "Storage Object Viewer", permissions: `
    resourcemanager.projects.get|list storage.folders.get|list storage.managedFolders.get|list
    storage.objects.get|list` },
  "roles/storage.viewer": { title: "Storage Viewer", permissions: `
    resourcemanager.projects.get|list storage.buckets.list|listEffectiveTags|listTagBindings|viewIntelligenceDetails
    storage.featureConfigs.get|list storage.folders.get|list storage.hmacKeys.get|list storage.intelligenceConfigs.get` },
  "roles/viewer": { title: "Viewer", permissions: `
    alloydb.backups.get|list|listEffectiveTags|listTagBindings
    alloydb.clusters.export|get|list|listEffectiveTags|listTagBindings alloydb.databases.get|list
    alloydb.instances.executeSqlReadOnly|get|list alloydb.locations.* alloydb.operations.get|list
    alloydb.supportedDatabaseFlags.* alloydb.users.get|list artifactregistry.attachments.get|list
    artifactregistry.dockerimages.* artifactregistry.files.download|get|list artifactregistry.locations.*
    artifactregistry.mavenartifacts.* artifactregistry.npmpackages.* artifactregistry.packages.get|list
    artifactregistry.projectconfigs.get artifactregistry.projectsettings.get artifactregistry.pythonpackages.*
    artifactregistry.repositories.downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository
    artifactregistry.rules.get|list artifactregistry.tags.get|list artifactregistry.versions.get|list
    cloudbuild.builds.get|list cloudbuild.locations.* cloudbuild.operations.* cloudbuild.workerpools.get|list
    cloudfunctions.functions.get|getIamPolicy|list|sourceCodeGet cloudfunctions.locations.list
    cloudfunctions.operations.* cloudscheduler.jobs.fullView|get|list cloudscheduler.locations.*
    compute.addresses.get|list|listEffectiveTags|listTagBindings
    compute.firewalls.get|list|listEffectiveTags|listTagBindings
    compute.globalAddresses.get|list|listEffectiveTags|listTagBindings compute.globalOperations.get|getIamPolicy|list
    compute.instances.get|getEffectiveFirewalls|getGuestAttributes|getIamPolicy|getScreenshot|getSerialPortOutput|getShieldedInstanceIdentity|getShieldedVmIdentity|getVmExtensionState|list|listEffectiveTags|listReferrers|listTagBindings|listVmExtensionStates
    compute.machineTypes.*
    compute.networks.get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings
    compute.projects.get compute.regionOperations.get|getIamPolicy|list compute.regions.*
    compute.routes.get|list|listEffectiveTags|listTagBindings
    compute.subnetworks.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    compute.zoneOperations.get|getIamPolicy|list compute.zones.* eventarc.locations.*
    eventarc.triggers.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    iam.roles.get|list|listEffectiveTags|listTagBindings iam.serviceAccountKeys.get|list
    iam.serviceAccounts.get|getIamPolicy|list|listEffectiveTags|listTagBindings
    logging.buckets.copyLogEntries|get|list|listEffectiveTags|listTagBindings logging.locations.*
    logging.logEntries.download|list logging.logServices.list logging.logs.list logging.operations.get|list
    logging.sinks.get|list logging.views.get|getIamPolicy|list|listLogs|listResourceKeys|listResourceValues
    monitoring.metricDescriptors.get|list monitoring.monitoredResourceDescriptors.* monitoring.timeSeries.list
    pubsub.messageTransforms.validate pubsub.schemas.attach|get|getIamPolicy|list|listRevisions|validate
    pubsub.snapshots.get|list|listEffectiveTags|listTagBindings|seek
    pubsub.subscriptions.get|list|listEffectiveTags|listTagBindings
    pubsub.topics.get|list|listEffectiveTags|listTagBindings
    resourcemanager.projects.get|getIamPolicy|list|searchPolicyBindings run.configurations.* run.executions.get|list
    run.instances.get|getIamPolicy|list|sshRead
    run.jobs.get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead run.locations.list
    run.operations.get|list run.prompts.get run.revisions.get|list run.routes.get|list
    run.services.get|getIamPolicy|list|listEffectiveTags|listTagBindings|sshRead run.tasks.*
    run.workerpools.get|getIamPolicy|list|sshRead secretmanager.locations.*
    secretmanager.secrets.get|getIamPolicy|list|listEffectiveTags|listTagBindings secretmanager.versions.get|list
    servicenetworking.operations.get|list
    servicenetworking.services.get|getConsumerConfig|getVpcServiceControls|listPeeredDnsDomains|use
    serviceusage.consumerpolicy.analyze|get serviceusage.contentsecuritypolicy.get serviceusage.effectivemcppolicy.get
    serviceusage.effectivepolicy.get serviceusage.groups.* serviceusage.mcppolicy.get serviceusage.operations.get
    serviceusage.quotas.get serviceusage.services.get|list serviceusage.values.test
    storage.buckets.list|listEffectiveTags|listTagBindings|viewIntelligenceDetails storage.featureConfigs.get|list
    storage.folders.get|list storage.hmacKeys.get|list storage.intelligenceConfigs.get vpcaccess.connectors.get|list
    vpcaccess.locations.list vpcaccess.operations.* workflows.callbacks.list workflows.executions.get|list
    workflows.locations.* workflows.operations.get|list workflows.stepEntries.*
    workflows.workflows.get|list|listEffectiveTags|listRevision|listTagBindings` },
  "roles/vpcaccess.admin": { title: "Serverless VPC Access Admin", permissions: `
    resourcemanager.projects.get|list vpcaccess.*` },
  "roles/vpcaccess.serviceAgent": { title: "Serverless VPC Access Service Agent", permissions: `
    compute.addresses.createInternal|deleteInternal|get|list compute.firewalls.create|delete|get|list|update
    compute.instances.create|delete|get|getGuestAttributes|list|reset|setLabels|setMetadata|setTags|start|stop|use
    compute.machineTypes.get compute.networks.get|updatePolicy|use compute.projects.get|setCommonInstanceMetadata
    compute.regionOperations.get|list compute.regions.* compute.subnetworks.create|delete|get|list|use
    compute.zoneOperations.get|list compute.zones.* logging.logEntries.create resourcemanager.projects.get` },
  "roles/vpcaccess.user": { title: "Serverless VPC Access User", permissions: `
    compute.networks.access resourcemanager.projects.get|list vpcaccess.connectors.get|list|use
    vpcaccess.locations.list vpcaccess.operations.*` },
  "roles/vpcaccess.viewer": { title: "Serverless VPC Access Viewer", permissions: `
    resourcemanager.projects.get|list vpcaccess.connectors.get|list vpcaccess.locations.list vpcaccess.operations.*` },
  "roles/workflows.admin": { title: "Workflows Admin", permissions: "resourcemanager.projects.get|list workflows.*" },
  "roles/workflows.editor": { title: "Workflows Editor", permissions: "resourcemanager.projects.get|list workflows.*" },
  "roles/workflows.invoker": { title: "Workflows Invoker", permissions: `
    resourcemanager.projects.get|list workflows.callbacks.* workflows.executions.* workflows.stepEntries.*` },
  "roles/workflows.serviceAgent": { title: "Cloud Workflows Service Agent", permissions: `
    iam.serviceAccounts.get|getAccessToken|getOpenIdToken serviceusage.services.use` },
  "roles/workflows.viewer": { title: "Workflows Viewer", permissions: `
    resourcemanager.projects.get|list workflows.callbacks.list workflows.executions.get|list workflows.locations.*
    workflows.operations.get|list workflows.stepEntries.*
    workflows.workflows.get|list|listEffectiveTags|listRevision|listTagBindings` },
};
