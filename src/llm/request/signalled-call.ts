import type { ProviderCall } from "../format/provider.ts";

class SignalledCall implements ProviderCall {
  declare readonly prompt: ProviderCall["prompt"];
  readonly #signal: () => AbortSignal;

  constructor(call: Omit<ProviderCall, "abortSignal">, signal: () => AbortSignal) {
    Object.assign(this, call);
    this.#signal = signal;
  }

  get abortSignal(): AbortSignal {
    return this.#signal();
  }
}

/** A call whose signal is made when its provider asks for it: signals are dear, and not every provider needs one. */
export function signalledCall(call: Omit<ProviderCall, "abortSignal">, signal: () => AbortSignal): ProviderCall {
  return new SignalledCall(call, signal);
}
