import { describeStorageConformance } from "../../../app/storage/storage.conformance.ts";
import { onPostgres, openTestStorage } from "./postgres-fixture.conformance.ts";

await onPostgres((server) => {
  describeStorageConformance("PostgreSQL", () => openTestStorage(server));
});
