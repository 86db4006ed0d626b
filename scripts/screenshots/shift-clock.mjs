// Loaded before the app (`node --import`): its time of day is moved, so that every screenshot tells the
// same hour. The clock goes on at its own pace.
const offsetMs = Number(process.env.HANDSHAKE_CLOCK_OFFSET_MS ?? 0);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
