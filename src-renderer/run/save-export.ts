import type { ApiError } from "../../app/contract/api-error.ts";
import type { RequestInput } from "../../app/contract/contract.ts";
import { api } from "../api.ts";
import { saveFile } from "../ui/save-file.ts";

/** Fetches the file of a run, or of one step of it, in pieces and hands it to the browser; answers the error, or null. */
export async function saveExport(what: RequestInput<"run.export">): Promise<ApiError | null> {
  const made = await api.request("run.export", what);
  if (!made.ok) return made.error;
  const { exportId, fileName } = made.value;
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const piece = await api.request("export.slice", { exportId, offset: bytes });
    if (!piece.ok) return piece.error;
    parts.push(piece.value.text);
    if (piece.value.next === null) break;
    bytes = piece.value.next;
  }
  saveFile({ name: fileName, text: parts.join(""), type: "application/json" });
  return null;
}
