import type { Scenario } from "../case.ts";

const bucket = "gs://{project}-bucket";
const reader = "--member=user:jane@example.com --role=roles/storage.objectViewer";

/** Buckets and objects. */
export const storageScenario: Scenario = {
  project: "gcloud-storage",
  cases: [
    { run: `storage buckets create ${bucket} --location=asia-northeast1 --uniform-bucket-level-access` },
    { run: `storage buckets create ${bucket} --location=asia-northeast1`, exit: 1, stderr: /you already own it/ },
    { run: `storage buckets update ${bucket} --versioning --update-labels=team=data,stage=dev` },
    { run: `storage buckets update ${bucket} --remove-labels=stage --no-versioning` },
    {
      run: `storage buckets describe ${bucket}`,
      json: { location: "ASIA-NORTHEAST1", labels: { team: "data" }, uniform_bucket_level_access: true },
      stdout: /^(?![\s\S]*stage)/,
    },
    { run: `storage buckets update ${bucket} --clear-labels` },
    { run: "storage buckets list", json: [{ name: "{project}-bucket" }], stdout: /^(?![\s\S]*"team")/ },
    { run: `storage buckets add-iam-policy-binding ${bucket} ${reader}`, stdout: /jane@example.com/ },
    { run: `storage buckets remove-iam-policy-binding ${bucket} ${reader}`, stdout: /^(?![\s\S]*jane)/ },
    {
      run: `storage cp {folder}/a.txt {folder}/b.txt ${bucket}/d/`,
      files: { "a.txt": "hello ", "b.txt": "world" },
    },
    { run: `storage cp - ${bucket}/piped.txt`, stdin: "from a pipe" },
    { run: `storage cat ${bucket}/piped.txt`, stdout: /^from a pipe$/ },
    { run: `storage ls ${bucket}/**`, stdout: /d\/a\.txt[\s\S]*d\/b\.txt[\s\S]*piped\.txt/ },
    { run: `storage objects compose ${bucket}/d/a.txt ${bucket}/d/b.txt ${bucket}/ab.txt` },
    { run: `storage cat ${bucket}/ab.txt`, stdout: /^hello world$/ },
    { run: `storage cp ${bucket}/ab.txt {folder}/got.txt` },
    { run: `storage mv ${bucket}/ab.txt ${bucket}/moved.txt` },
    { run: `storage objects update ${bucket}/moved.txt --content-type=text/csv --custom-metadata=k=v` },
    {
      run: `storage objects describe ${bucket}/moved.txt`,
      json: { content_type: "text/csv", custom_fields: { k: "v" }, size: 11 },
    },
    { run: `storage objects update ${bucket}/moved.txt --clear-custom-metadata --clear-content-type` },
    { run: `storage objects describe ${bucket}/moved.txt`, stdout: /^(?![\s\S]*text\/csv)(?![\s\S]*custom_fields)/ },
    { run: `storage rm ${bucket}/moved.txt` },
    { run: `storage cat ${bucket}/moved.txt`, exit: 1, stderr: /matched no objects/ },
    { run: `storage buckets delete ${bucket}`, exit: 1, stderr: /not empty/ },
    { run: `storage rm --recursive ${bucket}` },
    { run: `storage buckets describe ${bucket}`, exit: 1, stderr: /not found/ },
    { run: "storage service-agent", stdout: /service-\d+@gs-project-accounts/ },
  ],
};
