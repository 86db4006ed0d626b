import * as z from "zod";

// The CSP forbids eval. Imported before anything that parses, or zod tries `new Function` once.
z.config({ jitless: true });
