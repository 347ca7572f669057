/** What a stream is (`kind`, such as `run`) and how it stands (`state`, such as `running`), for `heads` of a journal. */
export interface HeadChange {
  readonly stream: string;
  readonly kind: string;
  readonly state: string;
  /** Nothing more is to come: retention may forget the stream. @default false */
  readonly ended?: boolean;
  /**
   * What else a reader of heads wants to know: a small JSON value. Where it names another stream as its `parent` or its
   * `sender`, retention does not forget this one before that one has ended. @default what was said before
   */
  readonly about?: unknown;
  /** Milliseconds since 1970 until which retention does not forget the stream. @default what was said before */
  readonly keepUntil?: number;
}
