import type { CapabilityFamily } from "../model/capability.ts";
import type { JsonObject } from "../model/json.ts";
import type { ReplayClass } from "../model/node-execution.ts";
import type { WorkflowNode } from "../model/workflow-definition.ts";

/** What a node type declares of itself: enough to validate a workflow without running anything. */
export interface NodeTypeDescription {
  /** Like `http.request`. */
  readonly type: string;
  /** One sentence for people. */
  readonly description: string;
  /** Grows when input, output or behaviour change incompatibly; pinned by each run. */
  readonly version: number;
  /** JSON Schema of the resolved input. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of the output. */
  readonly outputSchema: JsonObject;
  readonly defaultReplay: ReplayClass;
  /** A person confirms each attempt, unless the node says otherwise. */
  readonly sensitive: boolean;
  /**
   * The capabilities that a node needs as far as its `with` tells (`=` expressions are not known yet:
   * then the workflow's declared capabilities of `families` are what can be asked for). Relative paths
   * begin in `folder`, the run's; null when it is not known.
   */
  capabilitiesOf?(node: WorkflowNode, folder: string | null): readonly string[];
  /** The capability families that the type may use at all: `net`, `shell`, `fs.read`, `fs.write`. */
  readonly families: readonly CapabilityFamily[];
  readonly defaultPlacement: "thisMachine" | "any";
  /**
   * How the engine runs it: `handler` calls `execute`; `delay` and `approval` are done by the engine
   * itself, as a durable timer and as a question to a person.
   */
  readonly kind: "handler" | "delay" | "approval";
}
