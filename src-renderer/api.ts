import { createApiClient } from "./link/api-client.ts";
import { openSocketLink } from "./link/open-socket-link.ts";

/** The only door to the core. Every screen and store goes through it, and nothing else opens a link. */
export const api = createApiClient(openSocketLink);
