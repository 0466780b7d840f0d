/**
 * The permissions of the services that are served here, as Google's predefined roles have them: by service, one word for
 * each kind of resource, `{kind}.{verb}|{verb}`.
 *
 * @see https://cloud.google.com/iam/docs/roles-permissions
 */
// biome-ignore format: a table
export const googlePermissions: Readonly<Record<string, string>> = {
  alloydb: `
    backups.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|update
    clusters.create|createTagBinding|delete|deleteTagBinding|export|generateClientCertificate|get|import|list|listEffectiveTags|listTagBindings|promote|switchover|update|upgrade
    databases.create|get|list
    instances.connect|create|delete|executeSql|executeSqlReadOnly|failover|get|injectFault|list|restart|update
    locations.get|list operations.cancel|delete|get|list supportedDatabaseFlags.get|list
    users.create|delete|get|list|login|update`,
  artifactregistry: `
    aptartifacts.create attachments.create|delete|get|list dockerimages.get|list
    files.delete|download|get|list|update|upload kfpartifacts.create locations.get|list mavenartifacts.get|list
    npmpackages.get|list packages.delete|get|list|update projectconfigs.get|update projectsettings.get|update
    pythonpackages.get|list
    repositories.create|createOnPush|createTagBinding|delete|deleteArtifacts|deleteTagBinding|downloadArtifacts|exportArtifacts|get|getIamPolicy|list|listEffectiveTags|listTagBindings|readViaVirtualRepository|setIamPolicy|update|uploadArtifacts
    rules.create|delete|get|list|update tags.create|delete|get|list|update versions.delete|get|list|update
    yumartifacts.create`,
  cloudbuild: `
    builds.approve|create|get|list|update locations.get|list operations.get|list
    workerpools.create|delete|get|list|update|use`,
  cloudfunctions: `
    functions.call|create|delete|generationUpgrade|get|getIamPolicy|invoke|list|setIamPolicy|sourceCodeGet|sourceCodeSet|update
    locations.list operations.get|list`,
  cloudscheduler: `
    jobs.create|delete|enable|fullView|get|list|pause|run|update locations.get|list`,
  compute: `
    addresses.create|createInternal|createTagBinding|delete|deleteInternal|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|setLabels|use|useInternal
    firewalls.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|update
    globalAddresses.create|createInternal|createTagBinding|delete|deleteInternal|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|setLabels|use
    globalOperations.delete|get|getIamPolicy|list|setIamPolicy
    instances.addAccessConfig|addNetworkInterface|addResourcePolicies|attachDisk|create|createTagBinding|delete|deleteAccessConfig|deleteNetworkInterface|deleteTagBinding|detachDisk|get|getEffectiveFirewalls|getGuestAttributes|getIamPolicy|getScreenshot|getSerialPortOutput|getShieldedInstanceIdentity|getShieldedVmIdentity|getVmExtensionState|list|listEffectiveTags|listReferrers|listTagBindings|listVmExtensionStates|osAdminLogin|osLogin|pscInterfaceCreate|removeResourcePolicies|reset|resume|sendDiagnosticInterrupt|setDeletionProtection|setDiskAutoDelete|setIamPolicy|setLabels|setMachineResources|setMachineType|setMetadata|setMinCpuPlatform|setName|setScheduling|setSecurityPolicy|setServiceAccount|setShieldedInstanceIntegrityPolicy|setShieldedVmIntegrityPolicy|setTags|simulateMaintenanceEvent|start|startWithEncryptionKey|stop|suspend|update|updateAccessConfig|updateDisplayDevice|updateNetworkInterface|updateSecurity|updateShieldedInstanceConfig|updateShieldedVmConfig|use|useReadOnly
    machineTypes.get|list
    networks.access|addPeering|create|createTagBinding|delete|deleteTagBinding|get|getEffectiveFirewalls|getRegionEffectiveFirewalls|list|listEffectiveTags|listPeeringRoutes|listTagBindings|mirror|removePeering|setFirewallPolicy|setNetworkPolicy|switchToCustomMode|update|updatePeering|updatePolicy|use|useExternalIp
    projects.get|setCloudArmorTier|setCommonInstanceMetadata|setDefaultNetworkTier|setDefaultServiceAccount|setManagedProtectionTier|setUsageExportBucket
    regionOperations.delete|get|getIamPolicy|list|setIamPolicy regions.get|list
    routes.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings
    subnetworks.create|createTagBinding|delete|deleteTagBinding|expandIpCidrRange|get|getIamPolicy|list|listEffectiveTags|listTagBindings|mirror|setIamPolicy|setPrivateIpGoogleAccess|update|use|useExternalIp|usePeerMigration
    zoneOperations.delete|get|getIamPolicy|list|setIamPolicy zones.get|list`,
  eventarc: `
    events.receiveAuditLogWritten|receiveEvent locations.get|list
    triggers.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|undelete|update`,
  iam: `
    roles.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|undelete|update
    serviceAccountKeys.create|delete|disable|enable|get|list
    serviceAccounts.actAs|create|createTagBinding|delete|deleteTagBinding|disable|enable|get|getAccessToken|getIamPolicy|getOpenIdToken|implicitDelegation|list|listEffectiveTags|listTagBindings|setIamPolicy|signBlob|signJwt|undelete|update`,
  logging: `
    buckets.copyLogEntries|create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listTagBindings|undelete|update|write
    locations.get|list logEntries.create|download|list|route logServices.list logs.delete|list
    operations.cancel|get|list privateLogEntries.list sinks.create|delete|get|list|update
    views.access|create|delete|get|getIamPolicy|list|listLogs|listResourceKeys|listResourceValues|setIamPolicy|update`,
  monitoring: `
    metricDescriptors.create|delete|get|list monitoredResourceDescriptors.get|list timeSeries.create|list`,
  pubsub: `
    messageTransforms.validate
    schemas.attach|commit|create|delete|get|getIamPolicy|list|listRevisions|rollback|setIamPolicy|validate
    snapshots.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|seek|setIamPolicy|update
    subscriptions.consume|create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|update
    topics.attachSubscription|create|createTagBinding|delete|deleteTagBinding|detachSubscription|get|getIamPolicy|list|listEffectiveTags|listTagBindings|publish|setIamPolicy|update|updateTag`,
  resourcemanager: `
    projects.create|createBillingAssignment|createPolicyBinding|delete|deleteBillingAssignment|deletePolicyBinding|get|getIamPolicy|list|move|searchPolicyBindings|setIamPolicy|undelete|update|updateLiens|updatePolicyBinding`,
  run: `
    configurations.get|list executions.cancel|delete|get|list
    instances.create|delete|get|getIamPolicy|invoke|list|setIamPolicy|sshRead|sshRoot|start|stop|update
    jobs.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|run|runWithOverrides|setIamPolicy|sshRead|sshRoot|update
    locations.list|uploadSource operations.delete|get|list prompts.get revisions.delete|get|list
    routes.get|invoke|list
    services.create|createTagBinding|delete|deleteTagBinding|get|getIamPolicy|list|listEffectiveTags|listTagBindings|setIamPolicy|sshRead|sshRoot|update
    tasks.get|list workerpools.create|delete|get|getIamPolicy|list|setIamPolicy|sshRead|sshRoot|update`,
  secretmanager: `
    locations.get|list
    secrets.create|createTagBinding|delete|deleteTagBinding|enableManagedRotation|get|getIamPolicy|list|listEffectiveTags|listTagBindings|rotate|setIamPolicy|update
    versions.access|add|destroy|disable|enable|get|list`,
  servicenetworking: `
    operations.cancel|delete|get|list
    services.addDnsRecordSet|addDnsZone|addPeering|addSubnetwork|createPeeredDnsDomain|deleteConnection|deletePeeredDnsDomain|disableVpcServiceControls|enableVpcServiceControls|get|getConsumerConfig|getVpcServiceControls|listPeeredDnsDomains|removeDnsRecordSet|removeDnsZone|updateConsumerConfig|updateDnsRecordSet|use`,
  serviceusage: `
    apiKeys.regenerate|revert consumerpolicy.analyze|get|update contentsecuritypolicy.get|update
    effectivemcppolicy.get effectivepolicy.get groups.list|listExpandedMembers|listMembers mcppolicy.get|update
    operations.get quotas.get|update services.disable|enable|get|list|use values.test`,
  storage: `
    anywhereCaches.create|disable|get|list|pause|resume|update bucketOperations.cancel|get|list
    buckets.create|createTagBinding|delete|deleteTagBinding|enableObjectRetention|get|getIamPolicy|getIpFilter|getObjectInsights|list|listEffectiveTags|listTagBindings|relocate|restore|setIamPolicy|setIpFilter|update|viewIntelligenceDetails
    featureConfigs.create|delete|get|list|update folders.create|delete|get|list|rename
    hmacKeys.create|delete|get|list|update intelligenceConfigs.get|update
    managedFolders.create|delete|get|getIamPolicy|list|setIamPolicy multipartUploads.abort|create|list|listParts
    objects.create|createContext|delete|deleteContext|get|getIamPolicy|list|move|overrideUnlockedRetention|restore|setIamPolicy|setRetention|update|updateContext`,
  vpcaccess: `
    connectors.create|delete|get|list|update|use locations.list operations.get|list`,
  workflows: `
    callbacks.list|send executions.cancel|create|get|list locations.get|list operations.cancel|get|list
    stepEntries.get|list
    workflows.create|createTagBinding|delete|deleteTagBinding|get|list|listEffectiveTags|listRevision|listTagBindings|update`,
};
