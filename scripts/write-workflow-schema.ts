import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { workflowJsonSchema } from "../app/validation/workflow-json-schema.ts";

/** Writes docs/workflow.schema.json. A test fails when that file is older than the format. */
const file = fileURLToPath(new URL("../docs/workflow.schema.json", import.meta.url));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(workflowJsonSchema(), null, 2)}\n`);
console.log("docs/workflow.schema.json is written.");
