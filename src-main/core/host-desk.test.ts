import { describe, expect, test } from "vitest";
import { createHostDesk, type HostAction } from "./host-desk.ts";

describe("choosing a folder", () => {
  test("asks the host once however often it is asked for, and all get what was chosen", async () => {
    const asked: HostAction[] = [];
    const desk = createHostDesk({
      abilities: ["choose-folder"],
      onAction: (action) => asked.push(action),
    });
    const both = [desk.chooseFolder(), desk.chooseFolder()];
    desk.chosen("/disk/new");
    expect(await Promise.all(both)).toEqual(["/disk/new", "/disk/new"]);
    const next = desk.chooseFolder();
    desk.chosen(null);
    expect(await next).toBeNull();
    expect(asked).toEqual(["choose-folder", "choose-folder"]);
  });

  test("is refused where the host has no dialog", async () => {
    const desk = createHostDesk({ abilities: ["reveal-data"], onAction: () => undefined });
    await expect(desk.chooseFolder()).rejects.toThrow("write the folder's path");
  });
});
