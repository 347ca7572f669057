/** How messages to one key of a definition wait for their turn. */
export interface MailboxOptions {
  /** Messages that wait at a time, of each key; those with a delay count once they are due. @default 1_000 */
  readonly limit?: number;
  /** What becomes of a message to a full mailbox: its sender waits for a place, or is refused with `mailbox-full`. @default "wait" */
  readonly whenFull?: "wait" | "reject";
  /**
   * What becomes of a message to a key whose run waits for a signal or a timer: it waits for its turn, or its sender is
   * refused with `agent-suspended`, which says what the run waits for. @default "wait"
   */
  readonly whileSuspended?: "wait" | "reject";
}
