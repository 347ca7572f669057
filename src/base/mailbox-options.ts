/** How messages to one key of a definition wait for their turn. */
export interface MailboxOptions {
  /** How many messages may wait at a time, per key. A delayed message counts once it is due. @default 1_000 */
  readonly limit?: number;
  /**
   * What happens to a message to a full mailbox: its sender waits for a place, or is refused with `mailbox-full`.
   * @default "wait"
   */
  readonly whenFull?: "wait" | "reject";
  /**
   * What happens to a message to a key whose run waits for a signal or a timer. Either the message waits for its turn, or its
   * sender is refused with `agent-suspended`, which says what the run waits for. @default "wait"
   */
  readonly whileSuspended?: "wait" | "reject";
}
