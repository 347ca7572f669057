/** What goes wrong with a scripted model, and where. */
export type MockFault = MockPlace &
  (
    | {
        /** The provider answers with this HTTP status. */
        readonly kind: "status";
        readonly status: number;
        readonly message?: string;
        /** Headers of the response, such as `retry-after`. */
        readonly headers?: Readonly<Record<string, string>>;
      }
    /** The connection breaks. */
    | { readonly kind: "disconnect" }
    /** The response is not JSON. */
    | { readonly kind: "malformed" }
    /** Nothing more comes. With `deaf`, not even an abort ends the wait. */
    | { readonly kind: "hang"; readonly deaf?: boolean }
    /** The stream ends without the end of the answer. */
    | { readonly kind: "truncated" }
  );

interface MockPlace {
  /**
   * Where the fault occurs.
   * - `start`: before the first token.
   * - `text`: in the middle of the text.
   * - `tool-call`: in the middle of the last call.
   * - `end`: after the last token.
   * - `finish`: after the end of the answer.
   */
  readonly at: "start" | "text" | "tool-call" | "end" | "finish";
}

/** Returns the error as provider packages throw it. */
export function faultError(fault: Exclude<MockFault, { kind: "hang" | "truncated" }>): Error {
  switch (fault.kind) {
    case "status": {
      const { status, message = `HTTP ${status}`, headers } = fault;
      const error = Object.assign(new Error(message), { name: "AI_APICallError", statusCode: status });
      return headers === undefined ? error : Object.assign(error, { responseHeaders: headers });
    }
    case "disconnect":
      return new TypeError("terminated", {
        cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }),
      });
    case "malformed":
      return Object.assign(new Error("JSON parsing failed: unexpected end"), { name: "AI_JSONParseError" });
  }
}
