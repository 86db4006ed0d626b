// Definitions that specs on the shipped screens start.

interface Parts {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly object[];
  readonly edges?: readonly object[];
  readonly output?: string;
  readonly capabilities?: readonly string[];
}

function workflow({ id, name, nodes, edges = [], capabilities = [], output }: Parts): object {
  const end = output === undefined ? {} : { output };
  return { formatVersion: 1, id, name, version: 1, capabilities, nodes, edges, ...end };
}

function says(id: string, thinkMs: number): object {
  return {
    id,
    type: "agent.scripted",
    with: { turns: [{ name: "think", thinkMs, say: `${id} is done` }] },
  };
}

/** A step that is done at once, and one that thinks for an hour: whatever interrupts it, it is under way. */
export const longThought = workflow({
  id: "long-thought",
  name: "A long thought",
  nodes: [
    { id: "begin", type: "transform", with: { value: { begun: true } } },
    says("think", 3_600_000),
  ],
  edges: [{ from: "begin", to: "think" }],
});

export const shortThought = workflow({
  id: "short-thought",
  name: "A short thought",
  nodes: [
    { id: "say", type: "transform", with: { value: { said: "hello", numbers: [1, 2, 3] } } },
    says("close", 1),
  ],
  edges: [{ from: "say", to: "close" }],
  output: "=nodes.close.output.text",
});

/** One step ends at once; one waits for an answer, which a spec holds until it was cut off by a kill. */
export function cutOffThought(origin: string): object {
  return workflow({
    id: "a-cut-off-thought",
    name: "A cut-off thought",
    capabilities: [`net:${origin}`],
    nodes: [
      { id: "begin", type: "transform", with: { value: { begun: true } } },
      { id: "think", type: "http.request", replay: "idempotent", with: { url: origin } },
    ],
    edges: [{ from: "begin", to: "think" }],
  });
}

/** The second step fails, and takes the run with it; a third would have followed. */
export const failing = workflow({
  id: "a-failure",
  name: "A failure",
  nodes: [
    { id: "first", type: "transform", name: "What goes well", with: { value: 1 } },
    {
      id: "break",
      type: "fail",
      name: "What breaks",
      with: { message: "The well is dry.", code: "DRY", times: 1 },
    },
    { id: "last", type: "transform", name: "What follows", with: { value: "=nodes.break.output" } },
  ],
  edges: [
    { from: "first", to: "break" },
    { from: "break", to: "last" },
  ],
  output: "=nodes.last.output",
});

/**
 * 80 steps side by side, of which the 41st fails, and a question: beside them, so that it keeps the run open, or
 * before them.
 */
export function wideFan(given: {
  /** With `continue` the others are all completed. */
  readonly onError: "continue" | "fail";
  readonly question: "beside" | "before" | "none";
}): object {
  const numbers = Array.from({ length: 80 }, (_, index) => index + 1);
  const parts = numbers.map((number) => ({
    id: `part-${number}`,
    type: "transform",
    name: `Part ${number}`,
    onError: given.onError,
    with: { value: number === 41 ? "=$error('Part 41 is missing.')" : number },
  }));
  const question = {
    id: "go-on",
    type: "approval",
    name: "Go on",
    with: { question: "Is that enough?" },
  };
  const isBefore = given.question === "before";
  return workflow({
    id: "a-wide-fan",
    name: "A wide fan",
    nodes: [
      { id: "split", type: "transform", name: "Split", with: { value: true } },
      ...parts,
      ...(given.question === "none" ? [] : [question]),
    ],
    edges: [
      ...parts.map(({ id }) => ({ from: isBefore ? "go-on" : "split", to: id })),
      ...(given.question === "none" ? [] : [{ from: "split", to: "go-on" }]),
    ],
  });
}

/** Asks for a text, a number and a choice. */
export const asking = workflow({
  id: "a-question",
  name: "A question",
  nodes: [
    { id: "facts", type: "transform", with: { value: { price: 12 } } },
    {
      id: "ask",
      type: "approval",
      name: "What to order",
      with: {
        question: "What shall be ordered?",
        schema: {
          type: "object",
          required: ["item", "pieces"],
          properties: {
            item: { type: "string", title: "Item", enum: ["tea", "coffee"] },
            pieces: { type: "integer", title: "Pieces", minimum: 1, maximum: 9 },
            note: { type: "string", title: "Note" },
          },
        },
      },
    },
    { id: "order", type: "transform", with: { value: "=nodes.ask.output" } },
  ],
  edges: [
    { from: "facts", to: "ask" },
    { from: "ask", to: "order" },
  ],
  output: "=nodes.order.output",
});

/** Writes a file, but only once a person has confirmed exactly this. */
export const sensitive = workflow({
  id: "a-letter",
  name: "A letter",
  capabilities: ["fs.write:."],
  nodes: [
    {
      id: "send",
      type: "file.write",
      name: "Send the letter",
      sensitive: true,
      with: { path: "letter.txt", text: "Dear reader" },
    },
  ],
  output: "=nodes.send.output",
});

/** Asks, and what follows the answer starts only once a person has confirmed it; it thinks for an hour. */
export const askingTwice = workflow({
  id: "an-agreed-thought",
  name: "An agreed thought",
  nodes: [
    { id: "ask", type: "approval", name: "Agree", with: { question: "Shall it think?" } },
    { ...says("think", 3_600_000), name: "Think hard", sensitive: true },
  ],
  edges: [{ from: "ask", to: "think" }],
});

/** A program that does not end when it is asked to; a file that it touches tells how long it lived. */
export const stubborn = workflow({
  id: "a-stubborn-program",
  name: "A stubborn program",
  capabilities: ["shell:sh"],
  nodes: [
    {
      id: "stay",
      type: "shell.exec",
      name: "Stay",
      with: {
        command: "sh",
        args: ["-c", "trap '' TERM; echo $$ > pid; while :; do touch alive; sleep 0.05; done"],
      },
    },
  ],
});

/** A program whose effect nobody can know once it was cut off. */
export const sending = workflow({
  id: "a-parcel",
  name: "A parcel",
  capabilities: ["shell:sleep"],
  nodes: [
    {
      id: "send",
      type: "shell.exec",
      name: "Send the parcel",
      with: { command: "sleep", args: ["60"] },
    },
    { id: "note", type: "transform", name: "Note it", with: { value: "=nodes.send.output" } },
  ],
  edges: [{ from: "send", to: "note" }],
  output: "=nodes.note.output",
});

/** One step that asks a server. */
export function request(
  name: string,
  url: string,
  { grants, headers = {} }: { readonly grants: readonly string[]; readonly headers?: object },
): object {
  return oneStep(name, {
    type: "http.request",
    given: { url, headers },
    capabilities: grants.map((origin) => `net:${origin}`),
  });
}

/** One step that runs a program to its end. */
export function program(
  name: string,
  given: { readonly command: string; readonly args?: readonly string[]; readonly env?: object },
): object {
  return oneStep(name, { type: "shell.exec", given, capabilities: [`shell:${given.command}`] });
}

function oneStep(
  name: string,
  step: {
    readonly type: string;
    readonly given: object;
    readonly capabilities: readonly string[];
  },
): object {
  const { type, given, capabilities } = step;
  return workflow({
    id: name.toLowerCase().replaceAll(" ", "-"),
    name,
    capabilities,
    nodes: [{ id: "step", type, with: given }],
    output: "=nodes.step.output",
  });
}
