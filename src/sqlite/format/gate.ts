/** What a worker waits at before it opens a file, as long as this process has not closed it elsewhere. */
export class Gate {
  readonly shared: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** Opens it when this has settled; at once where there is nothing to wait for. */
  async openAfter(over: Promise<void> | undefined): Promise<void> {
    await over?.catch(() => {});
    Atomics.store(this.shared, 0, 1);
    Atomics.notify(this.shared, 0);
  }
}

/** In the worker. */
export function passGate(shared: Int32Array<SharedArrayBuffer>): void {
  Atomics.wait(shared, 0, 0);
}
