// A fake provider over real HTTP, with its faults on, and what it saw of its clients.
import { LLMock, type ChatCompletionRequest, type FixtureOpts, type FixtureResponse } from "@copilotkit/aimock";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";

export type HttpFault = "500" | "429" | "429 with retry-after" | "malformed" | "disconnect" | "slow" | "hang";

/** The server always says how long; the relay takes away what says so. */
const UNSAID = 99;

const faults: Record<HttpFault, { readonly response?: FixtureResponse; readonly options?: FixtureOpts }> = {
  "500": { response: { error: { message: "Internal error", type: "server_error" }, status: 500 } },
  "429": { response: { error: { message: "Slow down", type: "rate_limit_error" }, status: 429, retryAfter: UNSAID } },
  "429 with retry-after": {
    response: { error: { message: "Slow down", type: "rate_limit_error" }, status: 429, retryAfter: 0.02 },
  },
  malformed: { options: { chaos: { malformedRate: 1 } } },
  disconnect: { options: { truncateAfterChunks: 3, chunkSize: 8 } },
  slow: { options: { latency: 2 } },
  hang: { options: { latency: 60_000 } },
};

/** Of each kind of failure: the answer is late, but comes. */
export const delays: readonly HttpFault[] = ["slow"];

export interface FakeProvider extends AsyncDisposable {
  /** With `/v1` for OpenAI's interface. */
  readonly url: string;
  /** Requests by model and fault, in order. */
  readonly seen: { readonly model: string; readonly fault: HttpFault | undefined }[];
  /** Connections, now and at most. */
  readonly sockets: { open: number; most: number; all: number };
}

export interface FakeOptions {
  /** Which fault a request meets. */
  readonly fault: (request: ChatCompletionRequest, number: number) => HttpFault | undefined;
  readonly answer: FixtureResponse;
  readonly latency?: number;
}

export async function fakeProvider({ fault, answer, latency }: FakeOptions): Promise<FakeProvider> {
  const mock = new LLMock({ port: 0 });
  const decided = new WeakMap<object, { readonly fault: HttpFault | undefined }>();
  const seen: FakeProvider["seen"] = [];
  const decide = (request: ChatCompletionRequest): HttpFault | undefined => {
    let decision = decided.get(request);
    if (decision === undefined) {
      decision = { fault: fault(request, seen.length) };
      decided.set(request, decision);
      seen.push({ model: request.model, fault: decision.fault });
    }
    return decision.fault;
  };
  for (const [name, { response, options }] of Object.entries(faults)) {
    mock.on({ predicate: (request) => decide(request) === name }, () => response ?? answer, options);
  }
  mock.on(
    { predicate: (request) => decide(request) === undefined },
    () => answer,
    latency === undefined ? {} : { latency },
  );
  const upstream = new URL(await mock.start());
  const sockets = { open: 0, most: 0, all: 0 };
  const relay = await counting(Number(upstream.port), sockets);
  return {
    url: `http://127.0.0.1:${(relay.address() as { port: number }).port}`,
    seen,
    sockets,
    [Symbol.asyncDispose]: async () => {
      relay.close();
      await mock.stop();
    },
  };
}

/** Hands bytes through, and counts the connections that clients open. */
function counting(port: number, sockets: FakeProvider["sockets"]): Promise<Server> {
  const server = createServer({ noDelay: true }, (client: Socket) => {
    sockets.all++;
    sockets.most = Math.max(sockets.most, ++sockets.open);
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true });
    client.on("close", () => {
      sockets.open--;
      upstream.destroy();
    });
    upstream.on("close", () => client.destroy());
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => client.write(withoutLimits(bytes)));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function withoutLimits(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  if (!text.startsWith("HTTP/1.1 429") || !text.includes(`Retry-After: ${UNSAID}\r\n`)) return bytes;
  return Buffer.from(text.replace(/^(?:retry-after|x-ratelimit-[\w-]+): .*\r\n/gim, ""), "latin1");
}

/** A provider that sends what no provider should: each request, by its number, is answered by hand. */
export async function rawProvider(
  respond: (response: ServerResponse, number: number) => void,
): Promise<{ readonly url: string; readonly requests: number } & AsyncDisposable> {
  let requests = 0;
  const server = createHttpServer((request, response) => {
    request.resume();
    request.on("end", () => respond(response, requests++));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    get requests() {
      return requests;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A response of these server-sent events; what is no text is written as JSON. */
export function sendEvents(response: ServerResponse, events: readonly unknown[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (events.length > 0) response.write(framed(events));
}

export function framed(events: readonly unknown[]): string {
  return events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");
}
