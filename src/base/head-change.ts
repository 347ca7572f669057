/** The kind (such as `run`) and state (such as `running`) of a stream, for the `heads` of a journal. */
export interface HeadChange {
  readonly stream: string;
  readonly kind: string;
  readonly state: string;
  /** Whether the stream is finished, so that retention may forget it. @default false */
  readonly ended?: boolean;
  /**
   * Further facts for readers of heads: a small JSON value. If it names another stream as its `parent` or its `sender`,
   * retention keeps this stream until that one has ended. @default the previous value
   */
  readonly about?: unknown;
  /** Until when retention must keep the stream, in milliseconds since 1970. @default the previous value */
  readonly keepUntil?: number;
}
