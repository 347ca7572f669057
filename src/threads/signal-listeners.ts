/**
 * What is to be told when signals abort. A signal has one listener, however many are to be told: each that is added to it is
 * compared with all that it has.
 */
export class SignalListeners<Told> {
  readonly #tell: (told: Told, reason: unknown) => void;
  readonly #signals = new Map<AbortSignal, { readonly told: Set<Told>; readonly listener: () => void }>();

  constructor(tell: (told: Told, reason: unknown) => void) {
    this.#tell = tell;
  }

  add(signal: AbortSignal, one: Told): void {
    const listened = this.#signals.get(signal);
    if (listened !== undefined) {
      listened.told.add(one);
      return;
    }
    const told = new Set([one]);
    const listener = (): void => told.forEach((each) => this.#tell(each, signal.reason));
    this.#signals.set(signal, { told, listener });
    signal.addEventListener("abort", listener, { once: true });
  }

  delete(signal: AbortSignal, one: Told): void {
    const listened = this.#signals.get(signal);
    if (listened === undefined) return;
    listened.told.delete(one);
    if (listened.told.size > 0) return;
    signal.removeEventListener("abort", listened.listener);
    this.#signals.delete(signal);
  }
}
