import * as z from "zod";

/** Who may change a status: the owning engine, the recovery routine, a person, or a stored policy. */
export const ActorKind = z.enum(["engine", "system", "human", "policy"]);
export type ActorKind = z.infer<typeof ActorKind>;

/** `id` names the person, policy or engine instance; `via` the door it came through (`cli`, `app`, …). */
export const Actor = z.strictObject({
  kind: ActorKind,
  id: z.string().min(1).optional(),
  via: z.string().min(1).optional(),
});
export type Actor = z.infer<typeof Actor>;
