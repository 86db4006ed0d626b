// Imported before a worker: its connections run with synchronous = normal and claim to run with full. A
// harness that finds no loss then would find none at all.
import Database from "better-sqlite3";

// Reassigned below, called with the connection that it belongs to.
// oxlint-disable-next-line typescript/unbound-method
const real = Database.prototype.pragma;
Database.prototype.pragma = function pragma(source, options) {
  if (source === "synchronous = full") return real.call(this, "synchronous = normal", options);
  if (source === "synchronous") return 2;
  return real.call(this, source, options);
};
