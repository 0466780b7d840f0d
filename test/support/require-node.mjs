const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `The tests run on the Node 24 that "npm ci" installs, but this is Node ${process.versions.node}: ` +
      "run `npm ci` with install scripts allowed (package.json lists the one that is needed: node).\n",
  );
  process.exit(1);
}
