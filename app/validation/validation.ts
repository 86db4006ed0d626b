import type { AccessMode } from "../model/job.ts";
import type { JsonValue } from "../model/json.ts";
import type { WorkflowDefinition } from "../model/workflow-definition.ts";
import type { NodeTypeDescription } from "./node-type-description.ts";

/** What a workflow is validated with; each stage looks at its part. */
export interface Validation {
  /** The file's name, as it stands in messages. */
  readonly file: string;
  readonly definition: WorkflowDefinition;
  readonly registry: {
    get(type: string): NodeTypeDescription | null;
    list(): readonly NodeTypeDescription[];
  };
  /** The capabilities that a person granted; null when nothing is about to run, as in `handshake validate`. */
  readonly grants: readonly string[] | null;
  /** The run's input; undefined when nothing is about to run. */
  readonly input: JsonValue | undefined;
  hasSecret(name: string): boolean;
  readonly accessMode: AccessMode;
  /** Absolute: where relative paths begin, those in capabilities and those of nodes. */
  readonly baseDir?: string | undefined;
}
