/** Names bytes by their content, so that equal bytes are kept once. */
export interface BlobRef {
  /** SHA-256 in hex. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
}
