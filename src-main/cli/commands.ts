import type { Command } from "./command.ts";
import { answer } from "./commands/answer.ts";
import { cancel } from "./commands/cancel.ts";
import { copy } from "./commands/copy.ts";
import { doctor } from "./commands/doctor.ts";
import { fail } from "./commands/fail.ts";
import { fork } from "./commands/fork.ts";
import { recover } from "./commands/recover.ts";
import { rerun } from "./commands/rerun.ts";
import { resume } from "./commands/resume.ts";
import { retry } from "./commands/retry.ts";
import { run } from "./commands/run.ts";
import { runs } from "./commands/runs.ts";
import { schema } from "./commands/schema.ts";
import { secret } from "./commands/secret.ts";
import { serve } from "./commands/serve.ts";
import { show } from "./commands/show.ts";
import { worker } from "./commands/worker.ts";
import { validate } from "./commands/validate.ts";

/** Every command, in the order in which the overview lists them. */
export const commands: readonly Command[] = [
  run,
  runs,
  show,
  resume,
  answer,
  cancel,
  fail,
  retry,
  rerun,
  fork,
  recover,
  serve,
  worker,
  validate,
  schema,
  secret,
  copy,
  doctor,
];
