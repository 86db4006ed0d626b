import { strict } from "./not-implemented.ts";

/** The machine's keyring; a spec changes it. */
export const keyring = {
  isAvailable: true,
  backend: "gnome_libsecret",
  /** Another key: what was encrypted before is lost. */
  key: "first",
};

/** Only the asynchronous half; what it "encrypts" can be told from text, and not more. */
export const safeStorage = strict("safeStorage", {
  isAsyncEncryptionAvailable: (): Promise<boolean> => Promise.resolve(keyring.isAvailable),
  getSelectedStorageBackend: (): string => keyring.backend,
  async encryptStringAsync(text: string): Promise<Buffer> {
    if (!keyring.isAvailable) throw new Error("Encryption is not available.");
    return Buffer.from(`${keyring.key}\0${text}`).reverse();
  },
  async decryptStringAsync(encrypted: Buffer): Promise<object> {
    const [key, ...text] = Buffer.from(encrypted).reverse().toString("utf8").split("\0");
    if (key !== keyring.key) throw new Error("Error while decrypting the ciphertext.");
    return { result: text.join("\0"), shouldReEncrypt: false };
  },
});
