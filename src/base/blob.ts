/** Names bytes by their content, so that equal bytes are kept once. */
export interface BlobRef {
  /** The SHA-256 of the bytes, in hex. */
  readonly blob: string;
  /** The number of bytes. */
  readonly size: number;
}
