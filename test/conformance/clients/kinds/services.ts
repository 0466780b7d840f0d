import { type Kind, location, standardKind } from "../kind.ts";

const network = "projects/test-project/global/networks/parent";

const clusters = (version: string): Kind =>
  standardKind({
    title: `AlloyDB clusters of ${version}`,
    service: `google.cloud.alloydb.${version}.AlloyDBAdmin`,
    noun: "Cluster",
    parent: location,
    collection: "clusters",
    idField: "clusterId",
    body: { networkConfig: { network }, labels: { team: "data" }, displayName: "a cluster" },
    shown: { labels: { team: "data" }, displayName: "a cluster", state: "READY" },
    changes: [
      { mask: "labels", body: { labels: { team: "web" } } },
      { mask: "display_name", body: { displayName: "another", labels: {} }, gives: { displayName: "another" } },
    ],
    frozen: [{ mask: "no_such_field", body: {} }],
    operations: "alloydb.googleapis.com",
    validates: true,
    requestId: true,
    etag: true,
  });

/** Kinds whose creation is an operation, and that need no workload to run. */
export const serviceKinds: readonly Kind[] = [
  clusters("v1"),
  clusters("v1beta"),
  clusters("v1alpha"),
  standardKind({
    title: "repositories",
    service: "google.devtools.artifactregistry.v1.ArtifactRegistry",
    noun: "Repository",
    parent: location,
    collection: "repositories",
    idField: "repositoryId",
    body: { format: "DOCKER", description: "images", labels: { team: "data" } },
    changes: [
      { mask: "description", body: { description: "more images", labels: {} }, gives: { description: "more images" } },
    ],
    frozen: [{ mask: "no_such_field", body: {} }],
    operations: "artifactregistry.googleapis.com",
    policies: true,
    role: "roles/artifactregistry.reader",
    permission: "artifactregistry.repositories.downloadArtifacts",
  }),
  standardKind({
    title: "workflows",
    service: "google.cloud.workflows.v1.Workflows",
    noun: "Workflow",
    parent: location,
    collection: "workflows",
    idField: "workflowId",
    body: {
      sourceContents: "main:\n  steps:\n    - end: {return: 1}\n",
      description: "returns",
      labels: { team: "data" },
    },
    changes: [{ mask: "description", body: { description: "changed", labels: {} }, gives: { description: "changed" } }],
    frozen: [{ mask: "no_such_field", body: {} }],
    operations: "workflows.googleapis.com",
  }),
];
