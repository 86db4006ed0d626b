// Imported before a worker: the log is written back after a few pages, so that faults meet the data file.
import Database from "better-sqlite3";

// Reassigned below, called with the connection that it belongs to.
// oxlint-disable-next-line typescript/unbound-method
const real = Database.prototype.pragma;
Database.prototype.pragma = function pragma(source, options) {
  const frequent = source === "wal_autocheckpoint = 1000" ? "wal_autocheckpoint = 12" : source;
  return real.call(this, frequent, options);
};
