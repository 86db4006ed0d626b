// Plain old JavaScript on purpose: a Node of any age must be able to read this file and say what it lacks.
"use strict";

var OLDEST_NODE = 20;
var major = parseInt(process.versions.node.split(".")[0], 10);

if (major < OLDEST_NODE) {
  console.error(
    "Handshake needs Node " +
      OLDEST_NODE +
      " or newer to set itself up, but this is Node " +
      process.versions.node +
      ": please install a newer Node and try again.",
  );
  process.exit(1);
}
