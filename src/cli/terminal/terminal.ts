/** A screen whose cursor can be moved. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Calls `listener` whenever the size changes, until the function it returns is called. */
  onResize(listener: () => void): () => void;
}

/** A pseudo-terminal may have no size: it is taken for the classical one. */
export function streamTerminal(stream: NodeJS.WriteStream, write: (text: string) => void): Terminal {
  return {
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write,
    onResize(listener) {
      stream.on("resize", listener);
      return () => stream.off("resize", listener);
    },
  };
}
