import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../seeded-random.ts";
import { checkImage } from "./check-image.ts";
import { checkProduct } from "./check-product.ts";
import { createDiskModel } from "./disk-model.ts";
import { memoryFolder } from "./memory-folder.ts";
import type { Recording } from "./record-workload.ts";
import { createToldSoFar } from "./told-so-far.ts";
import { imageAfterLoss, writeImage } from "./write-image.ts";

export interface PowerLossOptions {
  readonly recording: Recording;
  readonly seed: number;
  readonly images: number;
  /** Looks at this image only. */
  readonly only?: number | undefined;
}

export interface PowerLossResult {
  readonly images: number;
  readonly openedByProduct: number;
  /** Images in which something acknowledged is not there. */
  readonly losing: number;
  readonly acknowledged: number;
  readonly seconds: number;
  readonly failures: readonly ImageFailure[];
}

export interface ImageFailure {
  readonly index: number;
  /** Shows it again, while the recording is kept. */
  readonly again: string;
  /** The power goes after this many changes of the disk. */
  readonly after: number;
  readonly writeLoss: string;
  readonly nameLoss: string;
  readonly problems: readonly string[];
}

/** Opening through the product costs ten times as much as SQLite alone. */
const productEvery = 10;

/** Cuts the power at seeded moments of a recording and looks at what the disk holds then. */
export async function losePower(options: PowerLossOptions): Promise<PowerLossResult> {
  const { recording, seed, images, only } = options;
  const { changes, dataFolder: root } = recording;
  const startedAt = performance.now();
  const random = seededRandom(seed);
  const moments = Array.from({ length: images }, () => random.below(changes.length + 1)).sort(
    (a, b) => a - b,
  );
  const model = createDiskModel(root);
  const told = createToldSoFar();
  const folder = mkdtempSync(join(memoryFolder(), "handshake-image-"));
  const failures: ImageFailure[] = [];
  let at = 0;
  let openedByProduct = 0;
  try {
    for (const [index, after] of moments.entries()) {
      for (const change of changes.slice(at, after)) {
        model.apply(change);
        if (change.kind === "told") told.take(change.text);
      }
      at = after;
      if (only !== undefined && index !== only) continue;
      const image = imageAfterLoss(model, root, seededRandom(seed * 1_000_003 + index));
      const isProducts = index % productEvery === 0;
      writeImage(image, folder, (path) => isProducts || path.startsWith("handshake.db"));
      // The product recovers the same image, before plain SQLite has changed it.
      const problems = isProducts ? await checkProduct(folder) : [];
      if (isProducts) {
        openedByProduct += 1;
        writeImage(image, folder, (path) => path.startsWith("handshake.db"));
      }
      problems.push(...checkImage({ image, folder, root, told, isThorough: isProducts }));
      const { writeLoss, nameLoss } = image;
      if (problems.length === 0) continue;
      const again =
        `node faults/power-loss/run.ts --recording ${recording.folder} --seed ${seed} ` +
        `--images ${images} --only ${index}`;
      failures.push({ index, again, after, writeLoss, nameLoss, problems });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const losing = failures.filter(({ problems }) =>
    problems.some((problem) => problem.startsWith("lost")),
  ).length;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { count: acknowledged } = told.acknowledged;
  return { images, openedByProduct, losing, acknowledged, seconds, failures };
}

export function powerLossFigures(result: PowerLossResult): string {
  const { images, openedByProduct, losing, acknowledged, seconds, failures } = result;
  return (
    `${images} images (${openedByProduct} opened by the product) in ${seconds} s, ` +
    `${acknowledged} acknowledged transitions in the recording: ` +
    `${losing} images lost some, ${failures.length} are not sound`
  );
}
