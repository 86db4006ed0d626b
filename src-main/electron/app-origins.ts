/** Where the screens live. */
export const appOrigin = "app://handshake";
/** Where the small windows before and instead of them live: another origin, without a bridge. */
export const statusOrigin = "app://status";
